import type { Clock } from '../support/clock.ts'
import { pauseEventLoop, turnEventLoop } from './event-loop.ts'
import { seededRandom } from './seeded-random.ts'

const START_OF_2026 = Date.UTC(2026, 0, 1)
const DEFAULT_SETTLE_TURNS = 10
/** How often `until` pauses for a real millisecond once no timer is left, before it gives up. */
const IDLE_PAUSES = 2000
/** A promise that so many timers didn't settle is waited for in vain. */
const MOST_TIMERS_UNTIL = 10_000
/** Platforms store a delay in 31 bits. */
const LONGEST_DELAY_MS = 2 ** 31 - 1

/** Options of {@link fakeClock}. */
export interface FakeClockOptions {
  /** What the wall clock shows at first, in epoch milliseconds. Default: 2026-01-01T00:00:00Z. */
  readonly now?: number
  /** What `random()` starts from: the same seed gives the same numbers. Default: 1. */
  readonly seed?: number
  /**
   * How many turns of the event loop the world gets after each timer. Default: 10, which is enough for promises
   * and streams; files, sockets and WebCrypto, which answer from other threads, may want hundreds.
   */
  readonly settleTurns?: number
}

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** How many timers are armed. */
  readonly pending: number
  /**
   * Moves time on by `milliseconds`, from due timer to due timer, in order of time and then of creation, and lets
   * promises and streams settle after each. Rejects with what a timer's callback throws.
   */
  advance(milliseconds: number): Promise<void>
  /**
   * Lets time run from timer to timer until `promise` settles, and settles as it does. Rejects with an `Error` when
   * no timer is left and two real seconds brought nothing either, or when 10,000 timers did not settle it.
   */
  until<T>(promise: Promise<T>): Promise<T>
  /** Sets the wall clock to `epochMs`, as a user or a time server does. Monotonic time and timers stay as they are. */
  setNow(epochMs: number): void
  /** Puts the machine to sleep for `milliseconds`: the wall clock moves on, monotonic time and timers don't. */
  suspend(milliseconds: number): void
  /** Answers the clock of a machine whose wall clock is `milliseconds` ahead; timers and monotonic time are shared. */
  skewed(milliseconds: number): Clock
}

interface FakeTimer {
  readonly due: number
  readonly callback: () => void
  readonly unref: () => FakeTimer
}

/** Makes a clock that stands still until it is moved, for whatever takes a {@link Clock}. */
export function fakeClock({
  now = START_OF_2026,
  seed = 1,
  settleTurns = DEFAULT_SETTLE_TURNS,
}: FakeClockOptions = {}): FakeClock {
  const timers = new Set<FakeTimer>()
  let elapsed = 0
  let wallStart = now

  const nextTimer = (): FakeTimer | undefined => {
    let next: FakeTimer | undefined
    for (const timer of timers) if (!next || timer.due < next.due) next = timer
    return next
  }
  const moveTo = (moment: number): void => {
    elapsed = Math.max(elapsed, moment)
  }
  const fire = (timer: FakeTimer): Promise<void> => {
    moveTo(timer.due)
    timers.delete(timer)
    timer.callback()
    return turnEventLoop(settleTurns)
  }

  const clock: FakeClock = {
    now: () => wallStart + elapsed,
    monotonic: () => elapsed,
    setTimeout: (callback, milliseconds) => {
      const timer: FakeTimer = { due: elapsed + platformDelay(milliseconds), callback, unref: () => timer }
      timers.add(timer)
      return timer
    },
    clearTimeout: (handle) => {
      timers.delete(handle as FakeTimer)
    },
    random: seededRandom(seed),
    get pending() {
      return timers.size
    },
    advance: async (milliseconds) => {
      const end = elapsed + milliseconds
      await turnEventLoop(settleTurns)
      for (let timer = nextTimer(); timer && timer.due <= end; timer = nextTimer()) await fire(timer)
      moveTo(end)
    },
    until: async (promise) => {
      let settled = false
      const settle = (): void => {
        settled = true
      }
      promise.then(settle, settle)
      await turnEventLoop(settleTurns)
      let fired = 0
      for (let pauses = 0; !settled && pauses < IDLE_PAUSES; ) {
        const timer = nextTimer()
        if (timer && ++fired > MOST_TIMERS_UNTIL)
          throw new Error(`${MOST_TIMERS_UNTIL} timers did not settle it`)
        pauses = timer ? 0 : pauses + 1
        await (timer ? fire(timer) : pauseEventLoop())
      }
      if (!settled) throw new Error('There is nothing left to wait for: no timer is armed')
      return promise
    },
    setNow: (epochMs) => {
      wallStart = epochMs - elapsed
    },
    suspend: (milliseconds) => {
      wallStart += milliseconds
    },
    skewed: (milliseconds) => ({
      now: () => clock.now() + milliseconds,
      monotonic: clock.monotonic,
      setTimeout: clock.setTimeout,
      clearTimeout: clock.clearTimeout,
      random: clock.random,
    }),
  }
  return clock
}

/** What platforms make of a delay: none below zero or for no number, and a millisecond if it is too long for them. */
function platformDelay(milliseconds: number): number {
  if (milliseconds > LONGEST_DELAY_MS) return 1
  return Math.max(0, milliseconds || 0)
}
