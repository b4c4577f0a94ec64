import fc from 'fast-check'
import type { TokenStorage } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { sleep } from '../../src/support/timer.ts'
import { frailStorage } from './frail-storage.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS, saferMeWorld } from './saferme-world.ts'

const FOUR_HOURS_MS = 4 * HOUR_MS
const START_OF_2026 = Date.UTC(2026, 0, 1)

/** Calls once a minute for a while, and tells when refreshes were made and how many calls failed. */
async function callRegularly(
  { clock, server, client, ending }: ReturnType<typeof saferMeWorld>,
  skewMs: number,
  forMs: number,
) {
  const one = client({ clock: clock.skewed(skewMs) })
  await clock.until(one.createSession({ email: 'ada@example.com', password: 'correct horse' }))
  let failed = 0
  for (let past = 0; past < forMs; past += MINUTE_MS) {
    await clock.advance(MINUTE_MS)
    if ((await ending(one.fetch('/api/v4/reports'))) !== 200) failed++
  }
  const at = server.requests.filter(({ operation }) => operation === 'refreshSession').map((one) => one.at)
  return { at, failed, status: one.session.snapshot().status }
}

describe('a machine whose clock is wrong', () => {
  it.each([-3, 3, 1, -1, 72])(
    'by %i hours refreshes at the same moment as one that is right',
    async (hours) => {
      const moments = async (skewMs: number) => {
        const world = saferMeWorld()
        const { clock, server, client } = world
        const one = client({ clock: clock.skewed(skewMs) })
        await clock.until(one.createSession({ email: 'ada@example.com', password: 'correct horse' }))
        await clock.advance(58 * MINUTE_MS)
        while (server.refreshes === 0) {
          await clock.advance(100)
          await clock.until(one.session.getAccessToken())
        }
        return clock.now()
      }
      const [right, wrong] = [await moments(0), await moments(hours * HOUR_MS)]
      expect(Math.abs(right - wrong)).toBeLessThanOrEqual(SECOND_MS)
      expect(Math.abs(right - START_OF_2026 - 59 * MINUTE_MS)).toBeLessThanOrEqual(SECOND_MS)
    },
  )

  it.each([-3, 3])(
    'by %i hours refreshes at the same moment with a server that is off as well',
    async (hours) => {
      const world = saferMeWorld()
      world.server.clockOffset = hours * HOUR_MS
      const { at, failed } = await callRegularly(world, 0, FOUR_HOURS_MS)
      expect(failed).toBe(0)
      expect(at).toHaveLength(4)
      expect(world.server.count('api')).toBe(240)
    },
  )
})

describe('a server whose clock shows a time that none can', () => {
  it.each(['Sat, 20 Nov 2286 17:46:40 GMT', 'Fri, 31 Dec 9999 23:59:59 GMT'])(
    'is asked no more once it has said that the session is over: %s',
    async (date) => {
      const world = saferMeWorld()
      const { clock, server } = world
      const one = await world.signedIn()
      await world.runOut()
      server.fault('refreshSession', { kind: 'status', status: 503, headers: { date } })
      server.exposeDate = false
      server.revoke()
      expect(await world.rejection(one.session.getAccessToken())).toMatchObject({ code: 'session_ended' })
      expect(clock.pending).toBe(0)
      expect(server.count('refreshSession')).toBe(2)
    },
  )
})

describe('a server whose clock can not be read', () => {
  it('costs no needless refresh and no session, however wrong the machine is', async () => {
    const skew = fc.oneof(
      fc.integer({ min: -3 * HOUR_MS, max: 3 * HOUR_MS }),
      fc.constantFrom(0, HOUR_MS, -HOUR_MS, 3 * HOUR_MS, -3 * HOUR_MS),
      fc.integer({ min: -30 * SECOND_MS, max: 30 * SECOND_MS }).map((drift) => HOUR_MS + drift),
    )
    await fc.assert(
      fc.asyncProperty(skew, async (skewMs) => {
        const world = saferMeWorld()
        world.server.exposeDate = false
        const { at, failed, status } = await callRegularly(world, skewMs, FOUR_HOURS_MS)
        expect(failed).toBe(0)
        expect(status).toBe('active')
        const apparentLifeMs = HOUR_MS - skewMs
        const ordinary =
          apparentLifeMs > MINUTE_MS ? FOUR_HOURS_MS / Math.min(HOUR_MS, apparentLifeMs / 2) : 4
        expect(at.length).toBeLessThanOrEqual(Math.ceil(ordinary) + 1)
      }),
      { numRuns: 15, examples: [[0], [HOUR_MS], [HOUR_MS - 5000], [3 * HOUR_MS], [-3 * HOUR_MS]] },
    )
  })
})

describe('a clock that jumps', () => {
  it.each([
    [3, true],
    [-3, true],
    [3, false],
    [-3, false],
  ])('by %i hours costs a refresh at the most (Date readable: %s)', async (hours, readable) => {
    const { clock, server, signedIn, ending } = saferMeWorld()
    server.exposeDate = readable
    const client = await signedIn()
    await clock.advance(10 * MINUTE_MS)
    // The server's clock is the test's too: it stays where it was.
    clock.setNow(clock.now() + hours * HOUR_MS)
    server.clockOffset = -hours * HOUR_MS
    for (let call = 0; call < 40; call++) {
      expect(await ending(client.fetch('/api/v4/reports'))).toBe(200)
      await clock.advance(MINUTE_MS)
    }
    expect(server.count('refreshSession')).toBeLessThanOrEqual(1)
    expect(client.session.snapshot().status).toBe('active')
  })

  it('because the machine slept finds the token run out, and refreshes once', async () => {
    const { clock, server, signedIn } = saferMeWorld()
    const client = await signedIn()
    clock.suspend(8 * HOUR_MS)
    const calls = [client.fetch('/api/v4/a'), client.fetch('/api/v4/b')]
    const responses = await clock.until(Promise.all(calls))
    expect(responses.map(({ status }) => status)).toEqual([200, 200])
    expect(server.count('refreshSession')).toBe(1)
    expect(server.count('api')).toBe(2)
  })

  it('back while the machine slept hides from nobody that the lock may be gone: nothing is sent', async () => {
    const { clock, server, storage: inner, signedIn, rejection } = saferMeWorld()
    const storage = frailStorage(inner)
    const client = await signedIn({ storage })
    storage.beforeWrite = () => {
      clock.suspend(12 * SECOND_MS)
      clock.setNow(clock.now() - 3 * SECOND_MS)
    }
    expect(await rejection(client.session.refresh())).toMatchObject({ code: 'storage', failure: 'locked' })
    expect(server.count('refreshSession')).toBe(0)
  })
})

it('a token is not handed out while it is being replaced, though the answer shows that it was younger than it seemed', async () => {
  const { clock, server, storage, signedIn } = saferMeWorld()
  const slow: TokenStorage = {
    ...storage,
    read: async (key) => storage.read(key),
    replace: async (key, expected, next) => {
      await sleep(clock, 50)
      return storage.replace(key, expected, next)
    },
    watch: (key, changed) => storage.watch?.(key, () => void sleep(clock, 30).then(changed)) ?? (() => {}),
  }
  const client = await signedIn({ storage: slow })
  client.session.subscribe(() => {})
  // The machine's clock is set: to it, the token is about to run out.
  const aheadMs = HOUR_MS - 50 * SECOND_MS
  clock.setNow(clock.now() + aheadMs)
  server.clockOffset = -aheadMs
  const token = await clock.until(client.session.getAccessToken())
  expect(server.count('refreshSession')).toBe(1)
  expect(token).toBe(server.sessions[0]?.accessToken)
})
