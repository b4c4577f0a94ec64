import type { TokenStorage } from 'latchkey'
import { describe, expect, it } from 'vitest'
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

  it('waits once at the edge, where the server still answers with the old token', async () => {
    const { clock, server, signedIn } = komsWorld()
    const koms = await signedIn()
    await clock.advance(HOUR_MS - 900)
    const before = server.requests.length
    // The gateway is ahead of the server by a moment: it refuses a token that the server still calls good.
    server.fault('api', { kind: 'status', status: 401, body: { message: 'Unauthorized' } })
    expect((await clock.until(koms.fetch('/things'))).status).toBe(200)
    const sent = server.requests.slice(before).map(({ operation }) => operation)
    expect(sent).toEqual(['api', 'refreshSession', 'refreshSession', 'api'])
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
})
