import { ClerkClient } from 'latchkey'

let clerk: ClerkClient | undefined
const theClerk = (): ClerkClient => {
  clerk ??= new ClerkClient({
    mode: 'browser',
    proxyUrl: location.origin,
    authorizedOrigins: [location.origin],
  })
  return clerk
}

/** Who is signed in, as the API tells. */
export async function userId(): Promise<string | undefined> {
  const client = await theClerk().getClient()
  const active = client?.sessions.find(({ id }) => id === client.last_active_session_id)
  return (active?.user as { readonly id?: string } | undefined)?.id
}

export function token(): Promise<string> {
  return theClerk().getToken()
}

/** Asks the program's own back end, and answers the HTTP status and who it takes the caller for. */
export async function backEnd(): Promise<string> {
  const response = await theClerk().fetch('/things')
  return `${response.status} ${((await response.json()) as { user_id?: string }).user_id}`
}

export async function signOut(): Promise<void> {
  await theClerk().removeSessions()
}

export function status(): string {
  return theClerk().session.snapshot().status
}
