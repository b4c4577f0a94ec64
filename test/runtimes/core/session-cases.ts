import { memoryStorage, SaferMeClient, type SaferMeClientOptions } from 'latchkey'
import { fakeClock, fakeSaferMe } from 'latchkey/testing'
import { type Case, casesOf, failure, same } from './check.ts'

const HOUR_MS = 3_600_000
const CALLERS = 100
const ada = { email: 'ada@example.com', password: 'correct horse' }

function world() {
  const clock = fakeClock()
  const server = fakeSaferMe({ clock })
  const client = (options: SaferMeClientOptions = {}): SaferMeClient =>
    new SaferMeClient({ fetch: server.fetch, clock, ...options })
  const crowd = (...clients: readonly SaferMeClient[]): Promise<unknown> => {
    const calls = Array.from({ length: CALLERS }, async (_, index) => {
      const response = await clients[index % clients.length]?.fetch(`/api/v4/reports/${index}`)
      return response?.status
    })
    return clock.until(Promise.all(calls)).then((statuses) => [...new Set(statuses)])
  }
  return { clock, server, client, crowd }
}

/** What the engine promises, in any runtime. */
export const sessionCases: readonly Case[] = casesOf({
  'a session begins, is told of, and ends': async () => {
    const { clock, server, client } = world()
    const saferme = client()
    same((await clock.until(saferme.createSession(ada))).profile.user_id, 1)
    same(saferme.session.snapshot().status, 'active')
    await clock.until(saferme.deleteSession())
    same([saferme.session.snapshot().status, server.sessions], ['ended', []])
  },
  'a password that is wrong is a typed error': async () => {
    const { clock, client } = world()
    const refused = client().createSession({ ...ada, password: 'wrong' })
    same(await failure(clock.until(refused)), ['saferme_api', null])
  },
  'a crowd of callers costs one refresh when the token has run out': async () => {
    const { clock, server, client, crowd } = world()
    const saferme = client()
    await clock.until(saferme.createSession(ada))
    await clock.advance(HOUR_MS + 1)
    same(await crowd(saferme), [200])
    same([server.count('refreshSession'), server.count('api')], [1, CALLERS])
  },
  'a crowd that was refused is replayed after one refresh': async () => {
    const { clock, server, client, crowd } = world()
    const saferme = client()
    await clock.until(saferme.createSession(ada))
    server.clockOffset = 2 * HOUR_MS
    same(await crowd(saferme), [200])
    same([server.count('refreshSession'), server.count('api')], [1, 2 * CALLERS])
  },
  'clients that share a storage share the refresh': async () => {
    const { clock, server, client, crowd } = world()
    const storage = memoryStorage()
    const clients = [client({ storage }), client({ storage }), client({ storage })] as const
    await clock.until(clients[0].createSession(ada))
    await clock.advance(HOUR_MS + 1)
    same(await crowd(...clients), [200])
    same(server.count('refreshSession'), 1)
  },
  'a server that is away for a while costs no session': async () => {
    const { clock, server, client } = world()
    const saferme = client()
    await clock.until(saferme.createSession(ada))
    await clock.advance(HOUR_MS + 1)
    server.fault('refreshSession', { kind: 'drop-before' })
    server.fault('refreshSession', { kind: 'status', status: 503 })
    same((await clock.until(saferme.fetch('/api/v4/reports'))).status, 200)
    same([server.count('refreshSession'), server.refreshes], [3, 1])
  },
  'a hotel that redirects everything is no answer, and costs no session': async () => {
    const { clock, server, client } = world()
    const saferme = client()
    await clock.until(saferme.createSession(ada))
    await clock.advance(HOUR_MS + 1)
    const headers = { Location: 'https://hotel.example/' }
    server.fault('refreshSession', { kind: 'status', status: 302, headers })
    same((await clock.until(saferme.fetch('/api/v4/reports'))).status, 200)
    same([server.count('refreshSession'), server.refreshes], [2, 1])
  },
  'an answer that was lost is named for what it is': async () => {
    const { clock, server, client } = world()
    const saferme = client()
    await clock.until(saferme.createSession(ada))
    await clock.advance(HOUR_MS + 1)
    server.fault('refreshSession', { kind: 'drop-after' })
    const lost = saferme.fetch('/api/v4/reports')
    same(await failure(clock.until(lost)), ['session_ended', 'lost'])
  },
  'a session that the server has revoked has ended, and says so': async () => {
    const { clock, server, client } = world()
    const saferme = client()
    const reasons: string[] = []
    saferme.session.on('ended', ({ reason }) => void reasons.push(reason))
    await clock.until(saferme.createSession(ada))
    server.revoke()
    const revoked = saferme.fetch('/api/v4/reports')
    same(await failure(clock.until(revoked)), ['session_ended', 'revoked'])
    same(reasons, ['revoked'])
  },
  'a caller that gives up hears its own reason': async () => {
    const { clock, server, client } = world()
    const saferme = client()
    await clock.until(saferme.createSession(ada))
    server.fault('api', { kind: 'hang' })
    const given = new AbortController()
    const call = saferme.fetch('/api/v4/reports', { signal: given.signal })
    given.abort({ code: 'enough', reason: 'tired' })
    same(await failure(clock.until(call)), ['enough', 'tired'])
  },
})
