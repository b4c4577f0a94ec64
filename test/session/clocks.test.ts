import fc from 'fast-check'
import { fakeClock } from 'latchkey/testing'
import { describe, expect, it } from 'vitest'
import { coolDownAfter, coolDownLeft, cooling } from '../../src/session/cool-down.ts'
import { agesAt, freshnessOf } from '../../src/session/freshness.ts'
import { beginRecord } from '../../src/session/record.ts'
import { ServerClock } from '../../src/session/server-clock.ts'

const DAY_MS = 86_400_000
const policy = { refreshWindowMs: 60_000, early: 'wait', repeatable: false } as const

function clocks(aheadMs = 0) {
  const clock = fakeClock()
  const serverClock = new ServerClock(clock)
  const told = () => Math.floor((clock.now() + aheadMs) / 1000) * 1000
  return { clock, serverClock, told, see: () => serverClock.observe(told(), clock.now(), clock.now()) }
}

describe('the server’s clock', () => {
  it('is known to within a second after one answer, and closer after more', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -DAY_MS, max: DAY_MS }), async (aheadMs) => {
        const { clock, serverClock, see } = clocks(aheadMs)
        const off = () => Math.abs(serverClock.now() - clock.now() - aheadMs)
        see()
        expect(off()).toBeLessThanOrEqual(500)
        for (let answer = 0; answer < 20; answer++) {
          await clock.advance(1111)
          see()
        }
        expect(off()).toBeLessThanOrEqual(150)
      }),
      { numRuns: 20 },
    )
  })

  it('is our own until it has been seen, and again once ours has jumped', async () => {
    const { clock, serverClock, see } = clocks(3_600_000)
    expect(serverClock.known).toBe(false)
    expect(serverClock.now()).toBe(clock.now())
    see()
    await clock.advance(DAY_MS)
    expect(serverClock.known).toBe(true)
    clock.setNow(clock.now() + 1500)
    expect(serverClock.known).toBe(true)
    clock.suspend(1500)
    expect(serverClock.known).toBe(false)
    expect(serverClock.now()).toBe(clock.now())
  })

  it('is learnt anew when what is told contradicts what was learnt', () => {
    const { clock, serverClock, see } = clocks(0)
    see()
    serverClock.observe(clock.now() + 3_600_000, clock.now(), clock.now())
    expect(serverClock.now()).toBe(clock.now() + 3_600_500)
  })
})

describe('a token', () => {
  const lived = (lifeMs: number, options = {}) => {
    const { clock, serverClock, see } = clocks()
    see()
    const issuedAt = serverClock.now()
    const tokens = { accessToken: 'x', issuedAt, expiresAt: issuedAt + lifeMs }
    const at = async (ageMs: number) => {
      await clock.advance(ageMs - (serverClock.now() - issuedAt))
      return freshnessOf(tokens, { serverClock, backend: { ...policy, ...options } })
    }
    return { at, agesAfter: (agesAt(tokens, { ...policy, ...options }) ?? 0) - issuedAt }
  }

  it('is renewed in the last minute of an hour', async () => {
    const { at, agesAfter } = lived(3_600_000)
    expect(await at(3_539_000)).toBe('fresh')
    expect(await at(3_541_000)).toBe('aging')
    expect(await at(3_600_000)).toBe('expired')
    expect(agesAfter).toBe(3_540_000)
  })

  it('is renewed in the last third of a short life', async () => {
    const { at, agesAfter } = lived(90_000)
    expect(await at(59_000)).toBe('fresh')
    expect(await at(61_000)).toBe('aging')
    expect(await at(90_001)).toBe('expired')
    expect(agesAfter).toBe(60_000)
  })

  it('is used for a second at least, whatever its expiry says', async () => {
    const { at, agesAfter } = lived(-5000)
    expect(await at(900)).toBe('fresh')
    expect(await at(1001)).toBe('expired')
    expect(agesAfter).toBe(1000)
  })

  it('is not handed out with less left than the protocol wants', async () => {
    const { at } = lived(60_000, { refreshWindowMs: 15_000, minimumLifeMs: 5000 })
    expect(await at(44_000)).toBe('fresh')
    expect(await at(46_000)).toBe('aging')
    expect(await at(55_001)).toBe('expired')
  })

  it('without an expiry is good until the server says no', () => {
    const { serverClock } = clocks()
    expect(freshnessOf({ accessToken: 'x' }, { serverClock, backend: policy })).toBe('fresh')
    expect(agesAt({ accessToken: 'x' }, policy)).toBe(undefined)
  })

  it('that had no life when it was issued is believed only if the server’s clock is known', async () => {
    const { clock, serverClock, see } = clocks()
    const tokens = { accessToken: 'x', issuedAt: clock.now(), expiresAt: clock.now() + 3000 }
    await clock.advance(DAY_MS)
    expect(freshnessOf(tokens, { serverClock, backend: policy })).toBe('fresh')
    see()
    expect(freshnessOf(tokens, { serverClock, backend: policy })).toBe('expired')
  })
})

describe('a cool-down', () => {
  it('grows with the failures, is jittered, and never as short as to hammer', () => {
    const { clock } = clocks()
    const least = { ...clock, random: () => 0 }
    const most = { ...clock, random: () => 0.999 }
    for (let failures = 1; failures <= 6; failures++) {
      expect(coolDownAfter(failures, undefined, least)).toBe(100)
      expect(coolDownAfter(failures, undefined, most)).toBeCloseTo(999 * 2 ** (failures - 1), 3)
    }
  })

  it('that no longer grows brings nobody back early: a server that recovers meets no crowd', () => {
    const { clock } = clocks()
    for (let failures = 7; failures < 50; failures++) {
      expect(coolDownAfter(failures, undefined, { ...clock, random: () => 0 })).toBeCloseTo(40_000, 3)
      expect(coolDownAfter(failures, undefined, { ...clock, random: () => 0.999 })).toBeCloseTo(59_980, 3)
    }
  })

  it('is what the server asks for, up to five minutes', () => {
    const { clock } = clocks()
    expect(coolDownAfter(1, 7000, clock)).toBe(7000)
    expect(coolDownAfter(1, DAY_MS, clock)).toBe(300_000)
    expect(coolDownAfter(1, -1, { ...clock, random: () => 0 })).toBe(100)
  })

  it('is over in its time, and not believed where it was written by a clock that is off', async () => {
    const { clock, serverClock } = clocks()
    const record = beginRecord('x', { accessToken: 'x' }, [], clock.random)
    const left = (ms: number | null, longestCoolDownMs = 300_000) =>
      coolDownLeft(
        { ...record, coolDown: ms === null ? null : { since: clock.now(), until: clock.now() + ms } },
        { serverClock, longestCoolDownMs },
      )
    expect([left(null), left(-1), left(0)]).toEqual([0, 0, 0])
    expect([left(5000), left(300_500), left(3_600_500, 3_600_000)]).toEqual([5000, 300_500, 3_600_500])
    expect([left(400_000), left(2 * 3_600_000, 3_600_000)]).toEqual([0, 0])
  })

  it('is believed to be long only if it has begun: a clock that is ahead makes a short one seem so', () => {
    const { clock, serverClock } = clocks()
    const record = beginRecord('x', { accessToken: 'x' }, [], clock.random)
    const left = (aheadMs: number, ms: number) =>
      coolDownLeft(cooling(record, ms, new ServerClock(clock.skewed(aheadMs))), {
        serverClock,
        longestCoolDownMs: 3_600_000,
      })
    expect([left(0, 3_600_000), left(3_000_000, 1000), left(200_000, 1000)]).toEqual([3_600_000, 0, 201_000])
  })
})
