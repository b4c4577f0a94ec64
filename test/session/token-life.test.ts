import { describe, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS, SECOND_MS, saferMeWorld } from './saferme-world.ts'

const DAY_MS = 24 * HOUR_MS

/** Makes every answer that holds tokens tell another expiry. */
function tellExpiry(server: ReturnType<typeof saferMeWorld>['server'], token_expire_at: unknown): void {
  const patch = (json: unknown): unknown => {
    const { session } = json as { session: object }
    return { session: { ...session, token_expire_at } }
  }
  for (const operation of ['createSession', 'refreshSession'])
    server.fault(operation, { kind: 'patch', patch }, { times: Infinity })
}

describe('a token that lives', () => {
  it.each([
    ['40 days', 40 * DAY_MS],
    ['an hour', HOUR_MS],
    ['90 seconds', 90 * SECOND_MS],
    ['a minute', MINUTE_MS],
    ['3 seconds', 3 * SECOND_MS],
    ['a second', SECOND_MS],
  ])(
    '%s is refreshed once in its life at the most twice, and every call succeeds',
    async (_, tokenLifeMs) => {
      const { clock, server, signedIn, ending } = saferMeWorld({
        tokenLifeMs,
        refreshTokenLifeMs: 400 * DAY_MS,
      })
      const client = await signedIn()
      for (let call = 0; call < 30; call++) {
        expect(await ending(client.fetch('/api/v4/reports'))).toBe(200)
        await clock.advance(tokenLifeMs / 10)
      }
      expect(server.count('refreshSession')).toBeGreaterThanOrEqual(2)
      expect(server.count('refreshSession')).toBeLessThanOrEqual(5)
    },
  )

  it('no time at all costs no more than two refreshes a call, and none of a crowd', async () => {
    const { clock, server, signedIn, ending } = saferMeWorld({ tokenLifeMs: 0 })
    const client = await signedIn()
    for (let second = 0; second < 10; second++) {
      const before = server.count('refreshSession')
      const calls = Array.from({ length: 50 }, () => ending(client.fetch('/api/v4/reports')))
      expect([...new Set(await Promise.all(calls))]).toEqual([401])
      expect(server.count('refreshSession') - before).toBeLessThanOrEqual(2)
      await clock.advance(SECOND_MS)
    }
    expect(client.session.snapshot().status).toBe('active')
  })

  it.each([
    ['no expiry', undefined],
    ['an expiry of null', null],
    ['an expiry that is no date', 'soon'],
  ])('till the server says no, where the answer tells %s', async (_, told) => {
    const { clock, server, client, ending, rejection } = saferMeWorld()
    tellExpiry(server, told)
    const one = client({ validation: 'report' })
    await rejection(one.createSession({ email: 'ada@example.com', password: 'correct horse' }))
    for (let call = 0; call < 24; call++) {
      expect(await ending(one.fetch('/api/v4/reports'))).toBe(200)
      await clock.advance(10 * MINUTE_MS)
    }
    expect(server.count('refreshSession')).toBe(3)
  })

  it('past its expiry by a day, by what the answer tells, costs no more than a refresh a call', async () => {
    const { clock, server, signedIn, ending } = saferMeWorld()
    tellExpiry(server, '2025-12-31T00:00:00.000+13:00')
    const client = await signedIn()
    for (let call = 0; call < 20; call++) {
      expect(await ending(client.fetch('/api/v4/reports'))).toBe(200)
      await clock.advance(300)
    }
    expect(server.count('refreshSession')).toBeLessThanOrEqual(6)
  })
})

describe('an endpoint that always says 401', () => {
  it('costs one refresh a token, however often it is called', async () => {
    const { clock, server, signedIn, ending } = saferMeWorld()
    const client = await signedIn()
    for (let call = 0; call < 50; call++) {
      expect(await ending(client.fetch('/api/v4/forbidden'))).toBe(401)
      await clock.advance(SECOND_MS)
    }
    expect(server.count('refreshSession')).toBe(1)
    expect((await clock.until(client.fetch('/api/v4/reports'))).status).toBe(200)
    await clock.advance(HOUR_MS)
    for (let call = 0; call < 5; call++) expect(await ending(client.fetch('/api/v4/forbidden'))).toBe(401)
    expect(server.count('refreshSession')).toBeLessThanOrEqual(3)
  })

  it('costs one refresh when a crowd calls it', async () => {
    const { clock, server, signedIn } = saferMeWorld()
    const client = await signedIn()
    for (let index = 0; index < 200; index++) server.fault('api', { kind: 'delay', ms: (index * 37) % 400 })
    const calls = Array.from({ length: 100 }, () => client.fetch('/api/v4/forbidden'))
    const responses = await clock.until(Promise.all(calls))
    expect([...new Set(responses.map(({ status }) => status))]).toEqual([401])
    expect(server.count('refreshSession')).toBeLessThanOrEqual(2)
  })
})

describe('keepAlive', () => {
  it('renews in time while nobody calls, and every token once', async () => {
    const { clock, server, signedIn } = saferMeWorld()
    const client = await signedIn({ keepAlive: true })
    await clock.advance(10 * HOUR_MS)
    expect(server.count('refreshSession')).toBe(10)
    const { expiresAt } = client.session.snapshot()
    expect(expiresAt).toBeGreaterThan(clock.now())
    await client.session.close()
    await clock.advance(10 * HOUR_MS)
    expect(server.count('refreshSession')).toBe(10)
    expect(clock.pending).toBe(0)
  })

  it('does nothing where it is off', async () => {
    const { clock, server, signedIn } = saferMeWorld()
    await signedIn()
    expect(clock.pending).toBe(0)
    await clock.advance(10 * HOUR_MS)
    expect(server.count('refreshSession')).toBe(0)
  })

  it('stops with the session, and begins with the next', async () => {
    const { clock, server, signedIn } = saferMeWorld()
    const client = await signedIn({ keepAlive: true })
    await clock.until(client.deleteSession())
    expect(clock.pending).toBe(0)
    await clock.until(client.createSession({ email: 'ada@example.com', password: 'correct horse' }))
    await clock.advance(HOUR_MS)
    expect(server.count('refreshSession')).toBe(1)
  })

  it('hears what others do, though nobody has subscribed', async () => {
    const { clock, client, signedIn } = saferMeWorld()
    const one = await signedIn({ keepAlive: true })
    const other = client()
    await clock.advance(MINUTE_MS)
    await clock.until(other.session.refresh())
    expect(one.session.snapshot()).toEqual(other.session.snapshot())
    await clock.until(other.deleteSession())
    expect(one.session.snapshot()).toEqual({ status: 'ended', reason: 'elsewhere' })
    expect(clock.pending).toBe(0)
  })

  it('keeps trying, gently, while the server is down', async () => {
    const { clock, server, signedIn } = saferMeWorld()
    const client = await signedIn({ keepAlive: true })
    server.fault('refreshSession', { kind: 'drop-before' }, { times: Infinity })
    await clock.advance(2 * HOUR_MS)
    expect(server.count('refreshSession')).toBeGreaterThan(20)
    expect(server.count('refreshSession')).toBeLessThan(400)
    server.clearFaults()
    await clock.advance(2 * MINUTE_MS)
    expect(server.refreshes).toBe(1)
    expect(client.session.snapshot().status).toBe('active')
  })

  it.each([
    ['40 days', 40 * DAY_MS, 400 * DAY_MS, 12],
    ['a second', SECOND_MS, MINUTE_MS, 61],
    ['no time at all', 0, MINUTE_MS, 61],
  ])('never hammers: tokens that live %s', async (_, tokenLifeMs, forMs, most) => {
    const { clock, server, signedIn } = saferMeWorld({ tokenLifeMs, refreshTokenLifeMs: 400 * DAY_MS })
    await signedIn({ keepAlive: true })
    const armed: number[] = []
    const { setTimeout } = clock
    Object.assign(clock, {
      setTimeout: (callback: () => void, ms: number) => {
        armed.push(ms)
        return setTimeout(callback, ms)
      },
    })
    await clock.advance(forMs)
    expect(server.count('refreshSession')).toBeLessThanOrEqual(most)
    expect(server.count('refreshSession')).toBeGreaterThan(5)
    expect(Math.max(...armed)).toBeLessThan(2 ** 31)
    expect(armed.length).toBeLessThan(500)
  })
})
