import { fakeClock, fakeKoms } from '../../src/testing/index.ts'

export const ada = { email: 'ada@example.com', password: 'Correct-horse-1!' }
export const account_type = 'traditional'

type Init = { json?: unknown; token?: string; headers?: HeadersInit; body?: string }
export type Tokens = { access_token: string; refresh_token: string; access_token_expires_in: number }

/** A fake KOMS server, and what sends requests to it as an application does that it knows. */
export function setUp(options: Parameters<typeof fakeKoms>[0] = {}) {
  const clock = fakeClock()
  const server = fakeKoms({ clock, ...options })
  const send = async (method: string, path: string, { json, token, headers: given, body }: Init = {}) => {
    const headers = new Headers({ 'x-koms-clientid': 'client-1', 'content-type': 'application/json' })
    for (const [name, value] of new Headers(given)) headers.set(name, value)
    if (token) headers.set('authorization', `Bearer ${token}`)
    const init = { method, headers, body: json ? JSON.stringify(json) : (body ?? null) }
    const response = await server.fetch(`https://koms.test${path}`, init)
    return { status: response.status, body: await response.json() }
  }
  const signIn = (fields: object = {}) =>
    send('POST', '/session', { json: { account_type, ...ada, ...fields } })
  const signUp = (fields: object) => send('POST', '/user', { json: { account_type, ...ada, ...fields } })
  const signedIn = async (): Promise<Tokens> => (await signIn()).body
  const refresh = ({ access_token, refresh_token }: Tokens) =>
    send('PUT', '/session', { token: access_token, json: { refresh_token } })
  const signOut = ({ access_token, refresh_token }: Tokens) =>
    send('DELETE', '/session', { token: access_token, json: { refresh_token } })
  return { clock, server, send, signIn, signUp, signedIn, refresh, signOut }
}

export const claims = (jwt: string) =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())
export const refusal = (status: number, message: string) => ({ status, body: { message } })
export const invalid = (message: string) => ({
  status: 500,
  body: { name: 'InvalidEmailOrPassword', message },
})
export const unauthorized = refusal(401, 'Unauthorized')
export const serverError = { status: 500, body: { name: 'server_error', message: 'server error' } }
