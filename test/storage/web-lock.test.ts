import { type FakeClock, fakeClock } from 'latchkey/testing'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { HOLD_BOUND_MS } from '../../src/storage/process-lock.ts'
import { exclusiveByWebLock } from '../../src/storage/web-lock.ts'
import type { Clock } from '../../src/support/clock.ts'
import { turnEventLoop } from '../../src/testing/event-loop.ts'
import { hasWebLocks } from '../programs.ts'

const SECOND_MS = 1000
/** Whoever waits looks once a second, and needs to see a holding at its beginning and at its end. */
const STOLEN_BY_MS = HOLD_BOUND_MS + 2 * SECOND_MS
const LONG_MS = 10 * HOLD_BOUND_MS
/** More turns of the event loop than the fake clock gives between two timers, and many more. */
const SLOW_TURNS = 15
const LATE_TURNS = 60

let number = 0
let name: string
beforeEach(() => {
  name = `lock ${++number}`
  return () => vi.unstubAllGlobals()
})

/** A call of the lock, whose task goes on until it is finished. */
function call(clock: Clock, waitMs = LONG_MS, signal?: AbortSignal) {
  const state = { entered: false, lost: undefined as unknown, ended: undefined as unknown, finish: () => {} }
  const task = (lock: AbortSignal): Promise<string> =>
    new Promise((resolve) => {
      state.entered = true
      state.finish = () => resolve('done')
      lock.addEventListener('abort', () => {
        state.lost = lock.reason
      })
    })
  exclusiveByWebLock(name, task, { waitMs, ...(signal && { signal }) }, clock).then(
    (value) => {
      state.ended = value
    },
    (error: unknown) => {
      state.ended = error
    },
  )
  return state
}

/** What is asked of the browser in the name of the test's lock. */
async function requests(): Promise<LockInfo[]> {
  const { held = [], pending = [] } = await navigator.locks.query()
  return [...held, ...pending].filter((lock) => lock.name?.startsWith(name))
}

/** Lets the browser take its time, as it does when it is another process. */
function slowBrowser({
  answers = () => turnEventLoop(0),
  steals = () => turnEventLoop(0),
}: {
  answers?: () => Promise<void>
  steals?: () => Promise<void>
}): void {
  const { locks } = navigator
  vi.stubGlobal('navigator', {
    locks: {
      query: async () => {
        const snapshot = await locks.query()
        await answers()
        return snapshot
      },
      request: async (...args: Parameters<typeof locks.request>) => {
        if ((args[1] as LockOptions).steal) await steals()
        return locks.request(...args)
      },
    },
  })
}

/** Lets the time pass, and gives a slow browser enough of it at each second. */
async function pass(clock: FakeClock, milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += SECOND_MS) {
    await clock.advance(SECOND_MS)
    await turnEventLoop(2 * LATE_TURNS)
  }
}

/** A page that is frozen: its time stands still. */
const frozen = (): Clock => fakeClock()

describe.skipIf(!hasWebLocks)('a lock of the browser', () => {
  it('is lost after the hold bound, and its task runs on and is answered for', async () => {
    const clock = fakeClock()
    const holder = call(clock)
    await clock.advance(1)
    const next = call(frozen())
    await clock.advance(HOLD_BOUND_MS - 2)
    expect([holder.lost, next.entered]).toEqual([undefined, false])
    await clock.advance(1)
    expect(holder.lost).toMatchObject({ code: 'storage', failure: 'locked' })
    expect([holder.ended, next.entered]).toEqual([undefined, true])
    holder.finish()
    await clock.advance(0)
    expect(holder.ended).toBe('done')
  })

  it('is stolen from a holder that can not keep the time, which hears of it', async () => {
    const clock = fakeClock()
    const holder = call(frozen())
    await clock.advance(1)
    const waiter = call(clock)
    await clock.advance(HOLD_BOUND_MS)
    expect([holder.lost, waiter.entered]).toEqual([undefined, false])
    await clock.advance(STOLEN_BY_MS - HOLD_BOUND_MS)
    expect(holder.lost).toMatchObject({ code: 'storage', failure: 'locked' })
    expect([holder.ended, waiter.entered]).toEqual([undefined, true])
    holder.finish()
    await clock.advance(0)
    expect([holder.ended, waiter.lost]).toEqual(['done', undefined])
  })

  it('is stolen once, however many have waited for long enough', async () => {
    const clock = fakeClock()
    call(frozen())
    await clock.advance(1)
    const waiters = [1, 2, 3, 4].map(() => call(clock))
    await clock.advance(STOLEN_BY_MS)
    const entered = waiters.filter((waiter) => waiter.entered)
    expect(entered.map(({ lost }) => lost)).toEqual([undefined])
    // It keeps the time itself: the others have it one after the other.
    await clock.advance(HOLD_BOUND_MS - 3 * SECOND_MS)
    expect(waiters.filter((waiter) => waiter.entered)).toEqual(entered)
    entered[0]?.finish()
    await clock.advance(0)
    expect(entered[0]).toMatchObject({ lost: undefined, ended: 'done' })
    expect(waiters.filter((waiter) => waiter.entered)).toHaveLength(2)
  })

  it('is stolen once by two who saw at the same moment that it could be', async () => {
    slowBrowser({ answers: () => turnEventLoop(SLOW_TURNS) })
    const clock = fakeClock()
    call(frozen())
    await clock.advance(1)
    const waiters = [call(clock), call(clock)]
    await pass(clock, STOLEN_BY_MS + SECOND_MS)
    expect(waiters.map(({ entered }) => entered).toSorted()).toEqual([false, true])
    expect(waiters.map(({ lost }) => lost)).toEqual([undefined, undefined])
  })

  it('is not stolen from a thief by another who hears late that there was something to steal', async () => {
    let answers = 0
    slowBrowser({ answers: () => turnEventLoop(answers++ % 2 ? LATE_TURNS : 0) })
    const clock = fakeClock()
    call(frozen())
    await clock.advance(1)
    const waiters = [call(clock), call(clock)]
    await pass(clock, STOLEN_BY_MS + SECOND_MS)
    expect(waiters.map(({ entered }) => entered).toSorted()).toEqual([false, true])
    expect(waiters.map(({ lost }) => lost)).toEqual([undefined, undefined])
  })

  it('is not lost at once by a thief whose turn has come just then', async () => {
    const clock = fakeClock()
    const holder = call(frozen())
    slowBrowser({
      steals: () => {
        holder.finish()
        return turnEventLoop(SLOW_TURNS)
      },
    })
    await clock.advance(1)
    const waiter = call(clock)
    await pass(clock, STOLEN_BY_MS + SECOND_MS)
    expect([waiter.entered, waiter.lost]).toEqual([true, undefined])
  })

  it('is not stolen from one who has had it for a moment, however long others had it before', async () => {
    const clock = fakeClock()
    const holders = [1, 2, 3].map(() => call(frozen()))
    await clock.advance(1)
    const waiter = call(clock)
    for (const holder of holders) {
      await clock.advance(HOLD_BOUND_MS - 2 * SECOND_MS)
      expect([holder.entered, holder.lost, waiter.entered]).toEqual([true, undefined, false])
      holder.finish()
    }
    await clock.advance(0)
    expect(waiter.entered).toBe(true)
  })

  it('is not stolen by one whose wait is over', async () => {
    const clock = fakeClock()
    const holder = call(frozen())
    await clock.advance(1)
    const leaving = new AbortController()
    const waiters = [call(clock, HOLD_BOUND_MS - 1), call(clock, LONG_MS, leaving.signal)]
    await clock.advance(HOLD_BOUND_MS - 1)
    leaving.abort(new Error('no longer wanted'))
    await clock.advance(LONG_MS)
    expect(holder.lost).toBeUndefined()
    expect(waiters.map(({ ended }) => ended)).toMatchObject([
      { code: 'storage', failure: 'locked' },
      { message: 'no longer wanted' },
    ])
  })

  it('is neither stolen nor entered by one who gives up in the middle of it', async () => {
    const { locks } = navigator
    const leaving = new AbortController()
    slowBrowser({
      answers: async () => {
        const { held = [] } = await locks.query()
        if (held.some((lock) => lock.name === `${name}\nthief`)) leaving.abort(new Error('no longer wanted'))
      },
    })
    const clock = fakeClock()
    const holder = call(frozen())
    await clock.advance(1)
    const waiter = call(clock, LONG_MS, leaving.signal)
    await pass(clock, STOLEN_BY_MS + SECOND_MS)
    expect(waiter).toMatchObject({ entered: false, ended: { message: 'no longer wanted' } })
    expect(holder.lost).toBeUndefined()
  })

  it('goes to the next one when it was stolen by one who gives up just then', async () => {
    const leaving = new AbortController()
    slowBrowser({
      steals: async () => leaving.abort(new Error('no longer wanted')),
    })
    const clock = fakeClock()
    call(frozen())
    await clock.advance(1)
    const waiter = call(clock, LONG_MS, leaving.signal)
    const next = call(frozen())
    await pass(clock, STOLEN_BY_MS + SECOND_MS)
    expect(waiter).toMatchObject({ entered: false, ended: { message: 'no longer wanted' } })
    expect([next.entered, next.lost]).toEqual([true, undefined])
  })

  it('is had all the same by a page that could not be called when its turn came', async () => {
    const { locks } = navigator
    const refused = new Set<string>()
    vi.stubGlobal('navigator', {
      locks: {
        query: () => locks.query(),
        request: async (asked: string, options: LockOptions, granted: LockGrantedCallback<unknown>) => {
          if (!refused.has(asked)) {
            refused.add(asked)
            throw new Error('The provided callback is no longer runnable.')
          }
          return locks.request(asked, options, granted)
        },
      },
    })
    const clock = fakeClock()
    const holder = call(clock)
    await clock.advance(1)
    expect([holder.entered, holder.lost, holder.ended]).toEqual([true, undefined, undefined])
    expect(refused).toContain(name)
  })

  it('leaves nothing behind: no lock, no timer', async () => {
    const clock = fakeClock()
    const holder = call(frozen())
    await clock.advance(1)
    const thief = call(clock)
    call(clock, SECOND_MS)
    await clock.advance(STOLEN_BY_MS)
    holder.finish()
    thief.finish()
    await clock.advance(0)
    expect(await requests()).toEqual([])
    expect(clock.pending).toBe(0)
  })
})
