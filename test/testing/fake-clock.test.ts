import { describe, expect, it } from 'vitest'
import { sleep, startTimer } from '../../src/support/timer.ts'
import { fakeClock } from '../../src/testing/index.ts'

describe('fakeClock', () => {
  it('stands still until it is moved', () => {
    const clock = fakeClock()
    expect(new Date(clock.now()).toISOString()).toBe('2026-01-01T00:00:00.000Z')
    expect(fakeClock({ now: 5 }).now()).toBe(5)
    expect(clock.monotonic()).toBe(clock.monotonic())
  })

  it('fires timers in order of time, then of creation, each at its own moment', async () => {
    const clock = fakeClock({ now: 0 })
    const fired: string[] = []
    for (const [name, delay] of [
      ['late', 30],
      ['first', 10],
      ['second', 10],
      ['never', 31],
    ] as const) {
      clock.setTimeout(() => fired.push(`${name} at ${clock.now()}`), delay)
    }
    await clock.advance(30)
    expect(fired).toEqual(['first at 10', 'second at 10', 'late at 30'])
    expect(clock.monotonic()).toBe(30)
    expect(clock.pending).toBe(1)
  })

  it('fires timers that are armed on the way, by callbacks and by what they awake', async () => {
    const clock = fakeClock({ now: 0 })
    const woken: number[] = []
    const walk = async () => {
      for (let step = 0; step < 3; step++) {
        await sleep(clock, 10)
        await new Response('{}').json()
        woken.push(clock.now())
      }
    }
    const walking = walk()
    await clock.advance(30)
    expect(woken).toEqual([10, 20, 30])
    await walking
  })

  it('takes timers back', async () => {
    const clock = fakeClock()
    const handle = clock.setTimeout(() => expect.unreachable(), 10)
    clock.clearTimeout(handle)
    clock.clearTimeout(undefined)
    expect(clock.pending).toBe(0)
    await clock.advance(20)
  })

  it('has the traps of real timers: 31 bits, no delay, unref', async () => {
    const clock = fakeClock()
    let fired = 0
    const fire = () => fired++
    clock.setTimeout(fire, 2 ** 31)
    clock.setTimeout(fire, Number.NaN)
    clock.setTimeout(fire, -5)
    await clock.advance(1)
    expect(fired).toBe(3)
    startTimer(clock, 2 ** 32, fire, true)
    await clock.advance(2 ** 32 - 1)
    expect(fired).toBe(3)
    await clock.advance(1)
    expect(fired).toBe(4)
  })

  it('passes on what a callback throws', async () => {
    const clock = fakeClock()
    clock.setTimeout(() => {
      throw new Error('broken')
    }, 1)
    await expect(clock.advance(1)).rejects.toThrow('broken')
  })

  it('runs until a promise settles, and no further', async () => {
    const clock = fakeClock({ now: 0 })
    clock.setTimeout(() => {}, 5_000)
    expect(await clock.until(sleep(clock, 1_000).then(() => 'awake'))).toBe('awake')
    expect(clock.now()).toBe(1_000)
    await expect(clock.until(Promise.reject(new Error('refused')))).rejects.toThrow('refused')
  })

  it('waits for what real time brings', async () => {
    const real = new Promise((resolve) => setTimeout(resolve, 5, 'real'))
    expect(await fakeClock().until(real)).toBe('real')
  })

  it('says so when there is nothing left to wait for', async () => {
    const clock = fakeClock()
    await expect(clock.until(new Promise(() => {}))).rejects.toThrow('nothing left to wait for')
    const again = () => void clock.setTimeout(again, 1_000)
    again()
    await expect(clock.until(new Promise(() => {}))).rejects.toThrow('10000 timers did not settle it')
  })

  it('lets the wall clock jump alone', async () => {
    const clock = fakeClock({ now: 1_000 })
    clock.setTimeout(() => expect.unreachable(), 10)
    await clock.advance(5)
    clock.setNow(9_000)
    expect([clock.now(), clock.monotonic()]).toEqual([9_000, 5])
    await clock.advance(4)
    expect([clock.now(), clock.monotonic()]).toEqual([9_004, 9])
  })

  it('sleeps as a laptop does: the wall clock moves on, timers come late', async () => {
    const clock = fakeClock({ now: 0 })
    const fired: number[] = []
    clock.setTimeout(() => fired.push(clock.now()), 10)
    clock.suspend(60_000)
    expect([clock.now(), clock.monotonic(), fired]).toEqual([60_000, 0, []])
    await clock.advance(10)
    expect(fired).toEqual([60_010])
  })

  it('shows another wall clock on the same time', async () => {
    const clock = fakeClock({ now: 0 })
    const ahead = clock.skewed(3_000)
    const asleep = sleep(ahead, 10)
    await clock.advance(10)
    await asleep
    expect([ahead.now(), ahead.monotonic()]).toEqual([3_010, 10])
    clock.setNow(0)
    expect(ahead.now()).toBe(3_000)
  })

  it('repeats its chances for a seed', () => {
    const draw = (seed: number) => {
      const clock = fakeClock({ seed })
      return Array.from({ length: 1_000 }, () => clock.random())
    }
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
    expect(draw(7).every((chance) => chance >= 0 && chance < 1)).toBe(true)
    expect(draw(7).reduce((sum, chance) => sum + chance) / 1_000).toBeCloseTo(0.5, 1)
  })
})
