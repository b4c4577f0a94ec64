import { AuthClient, type AuthError, isAuthError } from '@supabase/auth-js'

const auth = new AuthClient({ url: 'https://auth.example.com' })

export async function signIn(email: string, password: string): Promise<readonly unknown[]> {
  const { data, error } = await auth.signInWithPassword({ email, password })
  if (error) throw error
  return [data.user.id, data.session.access_token]
}

export async function request(url: string): Promise<unknown> {
  const { data } = await auth.getSession()
  const headers = { authorization: `Bearer ${data.session?.access_token}` }
  return (await fetch(url, { headers })).json()
}

export function watch(show: (why: string) => void): () => void {
  const { data } = auth.onAuthStateChange((event) => show(event))
  return () => data.subscription.unsubscribe()
}

export function explain(error: AuthError): string {
  return isAuthError(error) ? error.name : String(error)
}

export async function signOut(): Promise<void> {
  await auth.signOut()
}
