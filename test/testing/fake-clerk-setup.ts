import { fakeClerk, fakeClock } from '../../src/testing/index.ts'

export interface Init {
  form?: Record<string, string> | [string, string][]
  query?: Record<string, string>
  headers?: HeadersInit
  body?: string
  credentials?: RequestCredentials
}

/** A fake Clerk server, and what sends requests to it; with the cookie of its first client, unless told otherwise. */
export function setUp(options: Parameters<typeof fakeClerk>[0] = {}) {
  const clock = fakeClock()
  const server = fakeClerk({ clock, ...options })
  const request = async (method: string, path: string, { form, query = {}, ...given }: Init = {}) => {
    const url = new URL(`https://clerk.test${path}`)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    const body = form ? new URLSearchParams(form) : (given.body ?? null)
    const response = await server.fetch(url, { ...given, method, body })
    return { status: response.status, body: await response.json(), headers: response.headers }
  }
  const cookie = `__client=${server.clientToken()}`
  const send = async (method: string, path: string, init: Init = {}) => {
    const headers = new Headers(init.headers)
    headers.set('cookie', cookie)
    const { status, body } = await request(method, `/v1/client${path}`, { ...init, headers })
    return { status, body }
  }
  const post = (path: string, form?: Init['form'], init: Init = {}) =>
    send('POST', `/sessions/${path}`, { ...(form && { form }), ...init })
  return { clock, server, request, send, post }
}

export const part = (jwt: string, index: 0 | 1) =>
  JSON.parse(Buffer.from(jwt.split('.')[index] ?? '', 'base64url').toString())
export const claims = (jwt: string) => part(jwt, 1)

/** An answer as its status and the code of its error. */
export const told = ({ status, body }: { status: number; body: { errors?: { code: string }[] } }) =>
  [status, body.errors?.[0]?.code] as const
