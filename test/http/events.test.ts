import { describe, expect, it, vi } from 'vitest'
import { memoryStorage, SaferMeClient, type TokenStorage } from '../../src/index.ts'
import { fakeClock, fakeSaferMe } from '../../src/testing/index.ts'

const credentials = { email: 'ada@example.com', password: 'correct horse' }

function watched() {
  const clock = fakeClock()
  const server = fakeSaferMe({ clock })
  const client = new SaferMeClient({ fetch: server.fetch, clock })
  const events: unknown[] = []
  for (const type of ['request', 'response', 'retry'] as const) {
    client.on(type, (event) => events.push({ type, ...event }))
  }
  return { clock, server, client, events }
}

describe('transport events', () => {
  it('tell of a request and its answer what a log may hold, and nothing else', async () => {
    const { clock, server, client, events } = watched()
    server.fault('createSession', { kind: 'delay', ms: 40 })
    await clock.until(client.createSession(credentials))
    const event = { operation: 'createSession', method: 'POST', path: '/api/v4/session', attempt: 1 }
    expect(events).toEqual([
      { type: 'request', ...event },
      { type: 'response', ...event, status: 200, durationMs: 40 },
    ])
  })

  it('count the attempts of one call', async () => {
    const { clock, server, client, events } = watched()
    await client.createSession(credentials)
    events.length = 0
    server.fault('getSession', { kind: 'status', status: 503 })
    server.fault('getSession', { kind: 'drop-before' })
    await clock.until(client.getSession())
    const sent = { operation: 'getSession', method: 'GET', path: '/api/v4/session' }
    const delayMs = expect.any(Number)
    const durationMs = 0
    expect(events).toEqual([
      { type: 'request', ...sent, attempt: 1 },
      { type: 'response', ...sent, attempt: 1, status: 503, durationMs },
      { type: 'retry', ...sent, attempt: 1, status: 503, delayMs },
      { type: 'request', ...sent, attempt: 2 },
      { type: 'response', ...sent, attempt: 2, durationMs },
      { type: 'retry', ...sent, attempt: 2, delayMs },
      { type: 'request', ...sent, attempt: 3 },
      { type: 'response', ...sent, attempt: 3, status: 200, durationMs },
    ])
  })

  it('count the replay after a refresh, for an operation and for client.fetch', async () => {
    for (const call of ['getSession', 'fetch'] as const) {
      const { clock, server, client, events } = watched()
      await client.createSession(credentials)
      events.length = 0
      server.fault(call === 'fetch' ? 'api' : 'getSession', { kind: 'status', status: 401, body: {} })
      await clock.until<unknown>(
        call === 'fetch' ? client.fetch('/api/v4/secret/path?q=secret') : client.getSession(),
      )
      const told = events.filter((event) => (event as { operation: string }).operation === call)
      expect(told).toMatchObject([
        { attempt: 1 },
        { attempt: 1, status: 401 },
        { attempt: 2 },
        { attempt: 2, status: 200 },
      ])
      expect(JSON.stringify(events)).not.toMatch(/secret|Token|smt_|safer\.me/)
      if (call === 'fetch')
        expect(told[0]).toEqual({ type: 'request', operation: 'fetch', method: 'GET', attempt: 1 })
    }
  })

  it('do not tell of a repetition where nothing was sent that could be repeated', async () => {
    const { clock, server, client, events } = watched()
    await client.createSession(credentials)
    await clock.advance(3_700_000)
    server.fault('refreshSession', { kind: 'drop-before' }, { times: 100 })
    await expect(clock.until(client.getSession())).rejects.toMatchObject({ code: expect.any(String) })
    expect(events).not.toContainEqual(expect.objectContaining({ operation: 'getSession' }))
  })

  it('are never told while the lock is held: a listener may wait for the session', async () => {
    const clock = fakeClock()
    const server = fakeSaferMe({ clock })
    const inner = memoryStorage({ clock })
    let held = 0
    const storage: TokenStorage = {
      ...inner,
      exclusive: (key, task, options) =>
        inner.exclusive(
          key,
          (signal) => {
            held++
            return task(signal).finally(() => held--)
          },
          options,
        ),
    }
    const client = new SaferMeClient({
      fetch: server.fetch,
      clock,
      storage,
      reauthenticate: () => credentials,
    })
    await client.createSession(credentials)
    const during: unknown[] = []
    for (const type of ['request', 'response', 'retry'] as const) {
      client.on(type, ({ operation }) => during.push([type, operation, held]))
    }
    server.revoke()
    server.fault('createSession', { kind: 'status', status: 429 })
    await clock.until(client.refreshSession())
    expect(during).toContainEqual(['retry', 'createSession', 0])
    expect(during.filter((told) => (told as number[])[2] !== 0)).toEqual([])
  })

  it('break nothing where a listener throws or rejects', async () => {
    const { clock, server, client } = watched()
    const later = vi.fn()
    for (const type of ['request', 'response', 'retry'] as const) {
      client.on(type, () => {
        throw new Error('of the listener')
      })
      client.on(type, (async () => {
        throw new Error('of the listener')
      }) as () => void)
      client.on(type, later)
    }
    server.fault('createSession', { kind: 'status', status: 429 })
    await clock.until(client.createSession(credentials))
    expect(later).toHaveBeenCalledTimes(5)
  })

  it('stop when they are unsubscribed from, or their signal is aborted', async () => {
    const { client } = watched()
    const [first, second, third] = [vi.fn(), vi.fn(), vi.fn()]
    const stopped = new AbortController()
    const stop = client.on('request', first)
    client.on('request', second, { signal: stopped.signal })
    client.on('request', third, { signal: AbortSignal.abort() })
    await client.createSession(credentials)
    stop()
    stopped.abort()
    await client.getSession()
    expect([first, second, third].map(({ mock }) => mock.calls.length)).toEqual([1, 1, 0])
  })
})
