import {
  type ClientOptions,
  type KomsClient as Koms,
  KomsClient,
  type KomsCredentials,
  memoryStorage,
} from 'latchkey'
import { type FakeKomsOptions, fakeClock, fakeKoms } from 'latchkey/testing'

export const HOUR_MS = 3_600_000
export const ada: KomsCredentials = { email: 'ada@example.com', password: 'Correct-horse-1!' }

/** A clock, a KOMS server under an API gateway's stage, a storage, and as many clients on these as a test wants. */
export function komsWorld(options: Omit<FakeKomsOptions, 'clock'> = {}) {
  const clock = fakeClock()
  const server = fakeKoms({ clock, basePath: '/dev', users: [ada], ...options })
  const storage = memoryStorage({ clock })
  const client = (own: ClientOptions<KomsCredentials> = {}): Koms =>
    new KomsClient({
      baseUrl: 'https://koms.test/dev',
      clientId: 'client-1',
      fetch: server.fetch,
      clock,
      storage,
      ...own,
    })
  return {
    clock,
    server,
    storage,
    client,
    signedIn: async (own?: ClientOptions<KomsCredentials>) => {
      const signingIn = client(own)
      await clock.until(signingIn.createSession(ada))
      return signingIn
    },
    runOut: () => clock.advance((options.tokenLifeMs ?? HOUR_MS) + 1000),
    rejection: (call: Promise<unknown>): Promise<unknown> =>
      clock.until(
        call.then(
          () => undefined,
          (error: unknown) => error,
        ),
      ),
  }
}
