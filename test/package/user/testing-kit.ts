import { memoryStorage, SaferMeClient } from 'latchkey'
import {
  fakeClerk,
  fakeClock,
  fakeKoms,
  fakeSaferMe,
  fakeServer,
  fakeZelf,
  protocolContract,
  storageContract,
} from 'latchkey/testing'
import { protocol } from './own-protocol.js'

export async function tryFakes(): Promise<number> {
  const clock = fakeClock()
  const servers = [fakeSaferMe({ clock }), fakeKoms({ clock }), fakeZelf({ clock }), fakeClerk({ clock })]
  for (const server of servers) server.fault('createSession', { kind: 'status', status: 503 })
  const saferme = new SaferMeClient({ fetch: fakeSaferMe({ clock }).fetch, clock })
  await clock.until(saferme.session.refresh())
  const { url, close } = await fakeZelf().listen()
  await close()
  return url.length
}

export async function tryContracts(): Promise<void> {
  for (const { run } of storageContract(() => ({ storage: memoryStorage() }))) await run()
  const cases = protocolContract(() => {
    const clock = fakeClock()
    const server = fakeServer({ clock, routes: [] })
    return {
      protocol,
      baseUrl: 'https://api.example.com',
      fetch: server.fetch,
      clock,
      credentials: { username: 'ada' },
      path: '/',
      tokenLifeMs: 60_000,
      isRefresh: ({ method }) => method === 'POST',
      revoke: () => {},
    }
  })
  for (const { run } of cases) await run()
}
