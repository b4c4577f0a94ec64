import { SaferMeClient, type SaferMeClientOptions } from '../../src/index.ts'
import { type FakeClock, type FakeSaferMe, fakeClock, fakeSaferMe } from '../../src/testing/index.ts'

export const CREDENTIALS = { email: 'ada@example.com', password: 'correct horse' }

/** A client with a session, on a server and a clock that stand still. */
export interface SignedIn extends AsyncDisposable {
  readonly clock: FakeClock
  readonly server: FakeSaferMe
  readonly client: SaferMeClient
  /** The token that the server takes now, as a header. */
  authorization(): string
}

export async function signedIn(options: SaferMeClientOptions = {}): Promise<SignedIn> {
  const clock = fakeClock()
  const server = fakeSaferMe({ clock })
  const client = new SaferMeClient({ fetch: server.fetch, clock, ...options })
  await client.createSession(CREDENTIALS)
  return {
    clock,
    server,
    client,
    authorization: () => `Token token=${server.sessions[0]?.accessToken}`,
    [Symbol.asyncDispose]: () => client.session.close(),
  }
}

/** The server refuses the next request with a 401, though its token is good. */
export const REFUSED = { kind: 'status', status: 401, body: { errors: ['not authenticated'] } } as const
