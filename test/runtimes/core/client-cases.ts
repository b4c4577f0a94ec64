import { ClerkClient, KomsClient, memoryStorage, SaferMeClient, SessionPool, ZelfClient } from 'latchkey'
import { fakeClerk, fakeClock, fakeKoms, fakeSaferMe, fakeZelf } from 'latchkey/testing'
import { type Case, casesOf, same } from './check.ts'

const HOUR_MS = 3_600_000
const ada = { email: 'ada@example.com', password: 'correct horse' }
const bob = { email: 'bob@example.com', password: 'battery staple' }

/** Every client against its server, over a token that has run out. */
export const clientCases: readonly Case[] = casesOf({
  'SaferMe: a call goes on over a token that has run out': async () => {
    const clock = fakeClock()
    const server = fakeSaferMe({ clock })
    const saferme = new SaferMeClient({ fetch: server.fetch, clock })
    await clock.until(saferme.createSession(ada))
    await clock.advance(HOUR_MS + 1)
    same((await clock.until(saferme.getSession())).profile.user_id, 1)
    same(server.refreshes, 1)
  },
  'KOMS: a call goes on over a token that has run out': async () => {
    const clock = fakeClock()
    const server = fakeKoms({ clock })
    const koms = new KomsClient({
      baseUrl: 'https://koms.example.com',
      clientId: 'client-1',
      fetch: server.fetch,
      clock,
    })
    await clock.until(koms.createSession({ email: ada.email, password: 'Correct-horse-1!' }))
    await clock.advance(HOUR_MS + 1)
    same((await clock.until(koms.getUser())).email, ada.email)
    same(server.count('refreshSession'), 1)
  },
  'Zelf: a call goes on over a token that has run out': async () => {
    const clock = fakeClock()
    const server = fakeZelf({ clock })
    const zelf = new ZelfClient({ fetch: server.fetch, clock })
    await clock.until(zelf.createSession({ identifier: 'device-1' }))
    await clock.advance(HOUR_MS + 1)
    same((await clock.until(zelf.fetch('/api/clients'))).status, 200)
    same(server.count('createSession'), 2)
  },
  'Clerk: a crowd of callers costs one session token, and one more once it has run out': async () => {
    const clock = fakeClock()
    const server = fakeClerk({ clock })
    server.addSession()
    const clerk = new ClerkClient({
      frontendApi: 'clerk.example.com',
      mode: 'native',
      fetch: server.fetch,
      clock,
    })
    const crowd = (): Promise<readonly (string | null)[]> =>
      clock.until(Promise.all(Array.from({ length: 100 }, () => clerk.getToken())))
    const tokens = new Set(await crowd())
    await clock.advance(61_000)
    for (const token of await crowd()) tokens.add(token)
    same([tokens.size, server.count('getClient'), server.count('createSessionToken')], [2, 1, 2])
  },
  'a pool keeps its users apart, and refreshes once for each': async () => {
    const clock = fakeClock()
    const server = fakeSaferMe({ clock, users: [ada, bob] })
    const pool = new SessionPool({
      storage: memoryStorage(),
      client: (_, storage) => new SaferMeClient({ fetch: server.fetch, clock, storage }),
    })
    for (const user of [ada, bob]) {
      await clock.until(pool.use(user.email, (saferme) => saferme.createSession(user)))
    }
    await clock.advance(HOUR_MS + 1)
    const userOf = (email: string): Promise<number> =>
      pool.use(email, async (saferme) => (await saferme.getSession()).profile.user_id)
    const asked = Array.from({ length: 40 }, (_, index) => userOf((index % 2 ? bob : ada).email))
    same([...new Set(await clock.until(Promise.all(asked)))], [1, 2])
    same(server.refreshes, 2)
    await pool.close()
  },
})
