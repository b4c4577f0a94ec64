import { SaferMeClient } from 'latchkey'
import { type FakeClock, type FakeSaferMe, fakeClock, fakeSaferMe } from 'latchkey/testing'

/** A client that is signed in, on a fake server and a clock that the test moves. */
export interface SignedIn {
  readonly saferme: SaferMeClient
  readonly server: FakeSaferMe
  readonly clock: FakeClock
}

export async function signedIn(): Promise<SignedIn> {
  const clock = fakeClock()
  const server = fakeSaferMe({ clock })
  const saferme = new SaferMeClient({ fetch: server.fetch, clock })
  await clock.until(saferme.createSession({ email: 'ada@example.com', password: 'correct horse' }))
  const body = JSON.stringify({ reports: [{ title: 'Slippery floor' }] })
  server.fault('api', { kind: 'body', body }, { times: Number.POSITIVE_INFINITY })
  return { saferme, server, clock }
}
