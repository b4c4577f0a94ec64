import { ClerkClient, type ClerkClientOptions, type Fetch } from 'latchkey'
import { type FakeClerkOptions, fakeClerk, fakeClock } from 'latchkey/testing'

export const BACK_END = 'https://api.test'

/** What went over the wire, as the client handed it to its `fetch`. */
export interface Sent {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly credentials: RequestCredentials
}

/** A fake Clerk with one session, and clients of it; `answered` is what each answer's Authorization said. */
export function world(server: FakeClerkOptions = {}, options: Partial<ClerkClientOptions> = {}) {
  const clock = fakeClock()
  const clerk = fakeClerk({ clock, ...server })
  const id = clerk.addSession()
  const sent: Sent[] = []
  const answered: (string | null)[] = []
  const fetch: Fetch = async (input, init) => {
    const request = new Request(input, init)
    const { method, headers, credentials } = request
    sent.push({ method, url: new URL(request.url), headers: new Headers(headers), credentials })
    const response = await clerk.fetch(request)
    answered.push(response.headers.get('authorization'))
    return response
  }
  const open = (more: Partial<ClerkClientOptions> = {}): ClerkClient =>
    new ClerkClient({
      frontendApi: 'clerk.test',
      authorizedOrigins: [BACK_END],
      clock,
      fetch,
      ...options,
      ...more,
    } as ClerkClientOptions)
  return { clock, server: clerk, id, sent, answered, open, client: open(), until: clock.until }
}

/** What a call was rejected with. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => {
      throw new Error('it succeeded')
    },
    (error: unknown) => error,
  )
}

/** The claims of a session token. */
export function claimsOf(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())
}

export const refusal = (status: number, code: string, meta?: object) =>
  ({
    kind: 'status',
    status,
    body: { errors: [{ message: code, code }], ...(meta && { meta }) },
  }) as const
