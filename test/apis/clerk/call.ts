import { type CallOptions, type Endpoint, SessionClient, type SessionClientOptions } from 'latchkey'
import { ClerkApiError } from '../../../src/apis/clerk/errors.ts'

/** What the server answers: a body as JSON, a string as it is. */
export interface Scripted {
  readonly status?: number
  readonly body?: unknown
  readonly headers?: HeadersInit
}

/** What went over the wire. */
export interface Sent {
  readonly method: string
  readonly url: string
  readonly contentType: string | null
  readonly body: string
}

/** Sends operations to a server that always gives this answer, and shows what it was sent. */
export function answering({ status = 200, body, headers }: Scripted, validation?: 'report') {
  const sent: Sent[] = []
  const options: SessionClientOptions<unknown> = {
    baseUrl: 'https://clerk.example.com/v1',
    retry: false,
    ...(validation && { validation }),
    fetch: async (input, init) => {
      const request = new Request(input, init)
      const contentType = request.headers.get('content-type')
      sent.push({ method: request.method, url: request.url, contentType, body: await request.text() })
      const text = typeof body === 'string' || body === undefined ? (body ?? null) : JSON.stringify(body)
      return new Response(text, { status, ...(headers && { headers }) })
    },
  }
  const client = new SessionClient(
    {
      name: 'clerk',
      refreshWindowMs: 0,
      early: 'never',
      repeatable: true,
      authorize: () => {},
      judge: () => 'transient',
      toError: (failure) => new ClerkApiError(failure),
    },
    options,
  )
  return {
    sent,
    call: <Input, Output>(endpoint: Endpoint<Input, Output>, input: Input, callOptions?: CallOptions) =>
      client.callBare(endpoint, input, callOptions),
  }
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
