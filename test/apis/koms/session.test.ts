import { memoryStorage, type TokenStorage } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { sleep } from '../../../src/support/timer.ts'
import { HOUR_MS, komsWorld } from './koms-world.ts'

/** The same data, and a lock that excludes nobody. */
function withoutLock(storage: TokenStorage): TokenStorage {
  return { ...storage, exclusive: (_key, task) => task(new AbortController().signal) }
}

describe('a KOMS session', () => {
  it('is not refreshed before it has run out: the server would only answer with the same token', async () => {
    const { clock, server, signedIn } = komsWorld()
    const koms = await signedIn()
    for (let minute = 0; minute < 59; minute++) {
      await clock.advance(60_000)
      expect((await clock.until(koms.fetch('/things'))).status).toBe(200)
    }
    expect(server.count('refreshSession')).toBe(0)
  })

  it('answers the time that is left to whoever refreshes it before', async () => {
    const { clock, server, signedIn } = komsWorld()
    const koms = await signedIn()
    const token = await koms.session.getAccessToken()
    await clock.advance(600_000)
    expect(await clock.until(koms.refreshSession())).toEqual({ access_token_expires_in: 3000 })
    expect(await koms.session.getAccessToken()).toBe(token)
    expect(server.count('refreshSession')).toBe(1)
  })

  it('is refreshed once by two tabs at its expiry', async () => {
    const { clock, server, signedIn, client, runOut } = komsWorld()
    const tabs = [await signedIn(), client()]
    for (let round = 1; round <= 3; round++) {
      await runOut()
      const answers = await clock.until(Promise.all(tabs.map((tab) => tab.fetch('/things'))))
      expect(answers.map(({ status }) => status)).toEqual([200, 200])
      expect(server.count('refreshSession')).toBe(round)
    }
  })

  it('is adopted by the tab that refreshed second, when the lock was taken away and both did', async () => {
    const { clock, server, storage, signedIn, client, runOut } = komsWorld()
    const unlocked = withoutLock(storage)
    const tabs = [await signedIn({ storage: unlocked }), client({ storage: unlocked })]
    await clock.until(Promise.all(tabs.map((tab) => tab.session.restore())))
    await runOut()
    const answers = await clock.until(Promise.all(tabs.map((tab) => tab.fetch('/things'))))
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(server.count('refreshSession')).toBeGreaterThan(1)
    expect(server.refreshes).toBe(1)
    expect(tabs.map((tab) => tab.session.snapshot().status)).toEqual(['active', 'active'])
  })

  it.each([
    [900, 0],
    [1900, 1],
  ])(
    'waits once at the edge, %i ms before it, where the old token comes back with %i s left',
    async (ms, left) => {
      const { clock, server, signedIn } = komsWorld()
      const koms = await signedIn()
      await clock.advance(HOUR_MS - ms)
      expect(await clock.until(koms.getSession())).toEqual({ access_token_expires_in: left })
      const before = server.requests.length
      const began = clock.now()
      // The gateway is ahead of the server by a moment: it refuses a token that the server still calls good.
      server.fault('api', { kind: 'status', status: 401, body: { message: 'Unauthorized' } })
      const calls = await clock.until(Promise.all(Array.from({ length: 10 }, () => koms.fetch('/things'))))
      expect(new Set(calls.map(({ status }) => status))).toEqual(new Set([200]))
      const sent = server.requests.slice(before).filter(({ operation }) => operation === 'refreshSession')
      expect(sent).toHaveLength(2)
      expect(clock.now() - began).toBeLessThan(5000)
    },
  )

  it.each([0, 1])(
    'makes no loop where the old token comes back for ever, with %i s left, and its 401 is the caller’s',
    async (left) => {
      const { clock, server, signedIn, runOut } = komsWorld()
      const koms = await signedIn()
      await runOut()
      const [session] = server.sessions
      const body = JSON.stringify({
        access_token: session?.accessToken,
        refresh_token: session?.refreshToken,
        access_token_expires_in: left,
      })
      server.fault('refreshSession', { kind: 'status', status: 200, body: JSON.parse(body) }, { times: 99 })
      const before = server.requests.length
      const began = clock.now()
      expect((await clock.until(koms.fetch('/things'))).status).toBe(401)
      const sent = server.requests.slice(before).map(({ operation }) => operation)
      expect(sent.filter((operation) => operation === 'refreshSession').length).toBeLessThanOrEqual(4)
      expect(clock.now() - began).toBeLessThan(20_000)
      expect(koms.session.snapshot().status).toBe('active')
    },
  )

  it('learns the time from the seconds left, where tokens were adopted under a clock that is ahead', async () => {
    const { clock, server, signedIn, client } = komsWorld()
    const [aheadMs, lifeMs] = [HOUR_MS / 2, HOUR_MS]
    Object.assign(server, { exposeDate: false, clockOffset: -aheadMs })
    const accessToken = await (await signedIn()).session.getAccessToken()
    const refreshToken = server.sessions[0]?.refreshToken as string
    const adopting = client({ storage: memoryStorage() })
    await adopting.session.adopt({ accessToken, refreshToken, expiresAt: clock.now() - aheadMs + lifeMs })
    await clock.advance(lifeMs - aheadMs + 1000)
    for (let call = 0; call < 5; call++) {
      expect((await clock.until(adopting.fetch('/things'))).status).toBe(200)
    }
    expect(server.count('refreshSession')).toBe(1)
  })

  it('ends as the server says: gone, or run out', async () => {
    const gone = komsWorld()
    const first = await gone.signedIn()
    gone.server.revoke()
    await gone.runOut()
    expect(await gone.rejection(first.fetch('/things'))).toMatchObject({
      code: 'session_ended',
      reason: 'revoked',
    })

    const old = komsWorld({ refreshTokenLifeMs: 2 * HOUR_MS })
    const second = await old.signedIn()
    await old.clock.advance(3 * HOUR_MS)
    expect(await old.rejection(second.fetch('/things'))).toMatchObject({ reason: 'expired' })
  })

  it('is lost, and not refused for ever, when the answer to its refresh never came', async () => {
    const { server, signedIn, runOut, rejection } = komsWorld()
    const koms = await signedIn()
    await runOut()
    server.fault('refreshSession', { kind: 'drop-after' })
    expect(await rejection(koms.fetch('/things'))).toMatchObject({ code: 'session_ended', reason: 'lost' })
  })

  it('is deleted on the server also when its access token has run out', async () => {
    const { clock, server, signedIn, runOut } = komsWorld()
    const koms = await signedIn()
    await runOut()
    expect(await clock.until(koms.session.end())).toEqual({ revoked: true })
    expect(server.sessions).toEqual([])
  })

  it('is deleted on the server also when its access token runs out on the way there', async () => {
    const { clock, server, signedIn } = komsWorld()
    const slow = async (...call: Parameters<typeof fetch>): Promise<Response> => {
      const request = new Request(...call)
      if (request.method === 'DELETE') await sleep(clock, 1000)
      return server.fetch(request)
    }
    const koms = await signedIn({ fetch: slow })
    await clock.advance(HOUR_MS - 200)
    expect(await clock.until(koms.session.end())).toEqual({ revoked: true })
    expect(server.sessions).toEqual([])
  })
})
