'use server'

import { randomUUID } from 'node:crypto'
import { isLatchkeyError } from 'latchkey'
import { revalidatePath } from 'next/cache'
import { cookies } from 'next/headers'
import { redirect } from 'next/navigation'
import { ID_ATTRIBUTES, ID_COOKIE } from '../id-cookie'
import { withSession } from '../sessions'

export async function signIn(form: FormData): Promise<void> {
  // A new one for each sign-in: an id that somebody has planted in a browser never becomes a session.
  const id = randomUUID()
  const credentials = { email: String(form.get('email')), password: String(form.get('password')) }
  const refused = await withSession(id, (saferme) => saferme.createSession(credentials)).then(
    () => false,
    (error: unknown) => isLatchkeyError(error, 'saferme_api') || Promise.reject(error),
  )
  if (refused) redirect('/sign-in?refused')
  ;(await cookies()).set(ID_COOKIE, id, ID_ATTRIBUTES)
  redirect('/')
}

export async function addReport(form: FormData): Promise<void> {
  const body = JSON.stringify({ title: form.get('title') })
  await withSession(await signedIn(), (saferme) => saferme.fetch('/api/v4/reports', { method: 'POST', body }))
  revalidatePath('/')
}

export async function signOut(): Promise<void> {
  await withSession(await signedIn(), (saferme) => saferme.session.end())
  ;(await cookies()).set(ID_COOKIE, '', { ...ID_ATTRIBUTES, maxAge: 0 })
  redirect('/sign-in')
}

/** Whose browser it is that calls. An action is open to everybody, like any route. */
async function signedIn(): Promise<string> {
  return (await cookies()).get(ID_COOKIE)?.value ?? redirect('/sign-in')
}
