import type { ReactNode } from 'react'
import { signIn } from '../actions'

interface Props {
  readonly searchParams: Promise<{ readonly refused?: string }>
}

export default async function SignIn({ searchParams }: Props): Promise<ReactNode> {
  const { refused } = await searchParams
  return (
    <main>
      <h1>Sign in</h1>
      {refused !== undefined && <p role="alert">This is not a user and their password.</p>}
      <form action={signIn}>
        <label>
          Email <input name="email" type="email" autoComplete="username" required />
        </label>
        <label>
          Password <input name="password" type="password" autoComplete="current-password" required />
        </label>
        <button type="submit">Sign in</button>
      </form>
    </main>
  )
}
