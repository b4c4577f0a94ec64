import { SaferMeClient, type SaferMeClientOptions } from 'latchkey'
import { type FakeClock, fakeClock } from 'latchkey/testing'
import { SIGNED_IN_AT, tokens } from './fixtures.ts'

/** What the server answers next: a body as JSON, a string as it is. */
export interface Scripted {
  readonly status?: number
  readonly body?: unknown
  readonly headers?: HeadersInit
}

/** What went over the wire. */
export interface Sent {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface ScriptedClient {
  readonly client: SaferMeClient
  readonly clock: FakeClock
  readonly sent: readonly Sent[]
}

/** A client whose server gives these answers, one after the other, and shows what it was sent. */
export function scripted(
  answers: readonly Scripted[],
  options: Omit<SaferMeClientOptions, 'clock' | 'fetch'> = {},
): ScriptedClient {
  const clock = fakeClock({ now: SIGNED_IN_AT })
  const sent: Sent[] = []
  const client = new SaferMeClient({
    ...options,
    clock,
    fetch: async (input, init) => {
      const request = new Request(input, init)
      const { method, url, headers } = request
      sent.push({ method, url, headers: Object.fromEntries(headers), body: await request.text() })
      const answer = answers[sent.length - 1]
      if (!answer) throw new Error(`no answer is written down for request ${sent.length}`)
      const { status = 200, body, headers: given } = answer
      const text = typeof body === 'string' || body === undefined ? (body ?? null) : JSON.stringify(body)
      return new Response(text, { status, ...(given && { headers: given }) })
    },
  })
  return { client, clock, sent }
}

/** The same, signed in with the documented tokens. */
export async function signedIn(...args: Parameters<typeof scripted>): Promise<ScriptedClient> {
  const made = scripted(...args)
  const { access_token: accessToken, refresh_token: refreshToken } = tokens
  await made.client.session.adopt({ accessToken, refreshToken, expiresAt: SIGNED_IN_AT + 3_600_000 })
  return made
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
