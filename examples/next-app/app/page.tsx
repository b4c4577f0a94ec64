import { isLatchkeyError } from 'latchkey'
import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { ID_COOKIE } from '../id-cookie'
import { viewSession } from '../sessions'
import { addReport, signOut } from './actions'
import { Reports } from './report-list'

/** A Server Component: it calls SaferMe with the token that the proxy has seen to. */
export default async function Page(): Promise<ReactNode> {
  const id = (await cookies()).get(ID_COOKIE)?.value ?? ''
  const text = await viewSession(id, async (saferme) => {
    const response = await saferme.fetch('/api/v4/reports')
    return response.ok ? response.text() : undefined
  }).catch((error: unknown) => {
    if (isLatchkeyError(error)) return undefined
    throw error
  })
  return (
    <main>
      <h1>Reports</h1>
      <Reports rendered={text} />
      <form action={addReport}>
        <label>
          Title <input name="title" required />
        </label>
        <button type="submit">Add</button>
      </form>
      <form action={signOut}>
        <button type="submit">Sign out</button>
      </form>
    </main>
  )
}
