import type { TokenStorage } from '../../src/index.ts'
import { pauseEventLoop, turnEventLoop } from '../../src/testing/event-loop.ts'
import type { FakeClock } from '../../src/testing/index.ts'

/** Enough for promises and streams, and for work to begin that follows from work. */
const SETTLE_TURNS = 10
/** A promise that so many moments didn't settle is waited for in vain. */
const MOST_MOMENTS = 10_000

/** A clock that stands still while work is done that takes real time: on other threads, in other processes. */
export interface PatientClock {
  readonly clock: FakeClock
  /** Does such work. */
  readonly during: <T>(act: () => T | Promise<T>) => Promise<T>
  /** Goes on from now on: what is being done, or yet will be, may never end. */
  readonly giveUp: () => void
}

/**
 * Makes a patient clock of one that would go on.
 *
 * @param isBusy whether work is under way that is not done by `during`
 */
export function patientClock(inner: FakeClock, isBusy: () => boolean = () => false): PatientClock {
  const dues = new Map<unknown, number>()
  let working = 0
  let patience = true
  const untilIdle = async (): Promise<void> => {
    await turnEventLoop(SETTLE_TURNS)
    while (patience && (working > 0 || isBusy())) {
      await pauseEventLoop()
      await turnEventLoop(SETTLE_TURNS)
    }
  }
  const advance = async (milliseconds: number): Promise<void> => {
    const end = inner.monotonic() + milliseconds
    await untilIdle()
    for (let due = Math.min(...dues.values()); due <= end; due = Math.min(...dues.values())) {
      await inner.advance(Math.max(0, due - inner.monotonic()))
      await untilIdle()
    }
    await inner.advance(Math.max(0, end - inner.monotonic()))
  }
  const clock: FakeClock = {
    ...inner,
    setTimeout: (callback, milliseconds) => {
      const fire = (): void => {
        dues.delete(handle)
        callback()
      }
      const handle = inner.setTimeout(fire, milliseconds)
      dues.set(handle, inner.monotonic() + Math.max(0, milliseconds))
      return handle
    },
    clearTimeout: (handle) => {
      dues.delete(handle)
      inner.clearTimeout(handle)
    },
    advance,
    until: async (promise) => {
      let settled = false
      const settle = (): void => {
        settled = true
      }
      promise.then(settle, settle)
      await untilIdle()
      for (let moments = 0; !settled && dues.size > 0; moments++) {
        if (moments > MOST_MOMENTS) throw new Error(`${MOST_MOMENTS} moments did not settle it`)
        await advance(Math.max(0, Math.min(...dues.values()) - inner.monotonic()))
      }
      return inner.until(promise)
    },
  }
  return {
    clock,
    during: async (act) => {
      working++
      try {
        return await act()
      } finally {
        working--
      }
    },
    giveUp: () => {
      patience = false
    },
  }
}

/**
 * A storage, and a clock that stands still while it works: WebCrypto, files and databases take real time.
 *
 * @param make what makes the storage, for whoever lives by that clock
 */
export function patiently(
  inner: FakeClock,
  make: (clock: FakeClock) => TokenStorage,
): Omit<PatientClock, 'giveUp'> & { readonly storage: TokenStorage } {
  let waiting = 0
  let holding = 0
  // Whoever holds the lock may want time to pass.
  const { clock, during } = patientClock(inner, () => waiting > 0 && holding === 0)
  const storage = make(clock)
  return {
    clock,
    during,
    storage: {
      ...storage,
      read: (key) => during(() => storage.read(key)),
      replace: (...change) => during(() => storage.replace(...change)),
      exclusive: async (key, task, options) => {
        let isWaiting = true
        const stopWaiting = (): void => {
          if (isWaiting) waiting--
          isWaiting = false
        }
        const hold: typeof task = async (signal) => {
          stopWaiting()
          holding++
          try {
            return await task(signal)
          } finally {
            holding--
          }
        }
        waiting++
        return storage.exclusive(key, hold, options).finally(stopWaiting)
      },
    },
  }
}
