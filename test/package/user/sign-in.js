import { ClerkClient, KomsClient, SaferMeClient, ZelfClient } from 'latchkey'
import { fakeClerk, fakeClock, fakeKoms, fakeSaferMe, fakeZelf } from 'latchkey/testing'

export * from 'latchkey'

/** Signs in with each client, and answers the status of a call whose token had run out. */
export async function signIn() {
  const clock = fakeClock()
  const servers = {
    saferme: fakeSaferMe({ clock }),
    koms: fakeKoms({ clock }),
    zelf: fakeZelf({ clock }),
    clerk: fakeClerk({ clock }),
  }
  const saferme = new SaferMeClient({ fetch: servers.saferme.fetch, clock })
  await saferme.createSession({ email: 'ada@example.com', password: 'correct horse' })
  const koms = new KomsClient({
    baseUrl: 'https://koms.example.com',
    clientId: 'client-1',
    fetch: servers.koms.fetch,
    clock,
  })
  await koms.createSession({ email: 'ada@example.com', password: 'Correct-horse-1!' })
  const zelf = new ZelfClient({ fetch: servers.zelf.fetch, clock })
  await zelf.createSession({ identifier: 'device-1' })
  servers.clerk.addSession()
  const clerk = new ClerkClient({
    frontendApi: 'clerk.example.com',
    mode: 'native',
    fetch: servers.clerk.fetch,
    clock,
  })
  await clerk.getClient()
  const first = await clerk.getToken()
  await clock.advance(3_601_000)
  const calls = Promise.all([
    saferme.fetch('/api/v4/reports').then(({ status }) => status),
    koms.getUser().then(({ email }) => email),
    zelf.fetch('/api/clients').then(({ status }) => status),
    clerk.getToken().then((token) => token !== first),
  ])
  return clock.until(calls)
}
