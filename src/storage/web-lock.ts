import { StorageError } from '../errors/storage-error.ts'
import type { Clock } from '../support/clock.ts'
import { sleep, startTimer } from '../support/timer.ts'
import { lockLost, lockTimeout } from './lock-failure.ts'
import { HOLD_BOUND_MS } from './process-lock.ts'
import type { ExclusiveOptions } from './token-storage.ts'

/** Whoever waits looks so often who holds the lock, in milliseconds. */
const LOOK_EVERY_MS = 1000
/** No page is in the middle of something so often, each time that its turn comes. */
const MOST_TRIES = 10

/**
 * The locks that the pages and workers of an origin share.
 *
 * @throws {StorageError} There are none: the browser is too old, or the page is not in a secure context.
 */
export function webLocks(): LockManager {
  const { navigator } = globalThis as { navigator?: { readonly locks?: LockManager } }
  if (navigator?.locks) return navigator.locks
  throw new StorageError(
    'unavailable',
    'There are no Web Locks here: they want https, and a browser that has them',
  )
}

/**
 * Asks for a lock, again if need be: Chromium can't call a page back that is in the middle of `window.open()`, and
 * gives the lock that it was to have to the next one.
 */
export async function requestLock(
  name: string,
  options: LockOptions,
  granted: () => Promise<void> | undefined,
): Promise<void> {
  const locks = webLocks()
  let called = false
  const call = (): Promise<void> | undefined => {
    called = true
    return granted()
  }
  for (let tries = 1; ; tries++) {
    try {
      await locks.request(name, options, call)
      return
    } catch (error) {
      if (called || error instanceof DOMException || tries === MOST_TRIES) throw error
    }
  }
}

/**
 * Runs `task` while no other page or worker of this origin runs one under the same `name`, first come, first served.
 *
 * A task that holds on for {@link HOLD_BOUND_MS} loses the lock: its signal is aborted, and it runs on. A page that
 * is frozen can't keep that time. Those who wait then steal the lock, each only from a holding that it has itself
 * seen last for so long.
 */
export function exclusiveByWebLock<T>(
  name: string,
  task: (signal: AbortSignal) => Promise<T>,
  { waitMs, signal }: ExclusiveOptions,
  clock: Clock,
): Promise<T> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const locks = webLocks()
    const waiting = new AbortController()
    const holding = new AbortController()
    let stealing = false
    let leave = (): void => {}
    const over = new Promise<void>((done) => {
      leave = done
    })

    const giveUp = (reason: unknown): void => {
      if (waiting.signal.aborted) return
      waiting.abort()
      leave()
      reject(reason)
    }
    const lose = (): void => {
      holding.abort(lockLost())
      leave()
    }
    const enter = (): Promise<void> => {
      waiting.abort()
      const stopBound = startTimer(clock, HOLD_BOUND_MS, lose, true)
      const run = async (): Promise<T> => task(holding.signal)
      run()
        .then(resolve, reject)
        .finally(() => {
          stopBound()
          leave()
        })
      return over
    }
    const ask = async (options: LockOptions, mayEnter: () => boolean): Promise<void> => {
      let entered = false
      const granted = (): Promise<void> | undefined => {
        entered = mayEnter() && !waiting.signal.aborted
        return entered ? enter() : undefined
      }
      await requestLock(name, options, granted).catch((error: unknown) => {
        if (entered) lose()
        else giveUp(unlockable(error))
      })
    }
    /** Alone among the thieves: the next one is let in after the lock has been asked for, and sees another holder. */
    const steal = (seen: string): Promise<void> =>
      locks.request(`${name}\nthief`, { ifAvailable: true }, async (alone) => {
        if (!alone || (await holdingOf(locks, name)) !== seen || waiting.signal.aborted) return
        stealing = true
        void ask({ steal: true }, () => true)
      })

    const stopWaiting = startTimer(clock, waitMs, () => giveUp(lockTimeout(waitMs)))
    watchHolding(locks, name, steal, waiting.signal, clock).catch(() => {})
    const abort = (): void => giveUp(signal?.reason)
    signal?.addEventListener('abort', abort, { once: true })
    waiting.signal.addEventListener('abort', () => {
      stopWaiting()
      signal?.removeEventListener('abort', abort)
    })
    // Asked for first, so that nobody ever sees the lock held without it.
    requestLock(`${name}\nticket ${crypto.randomUUID()}`, {}, () => over).catch(() => {})
    // A lock that is granted while it is being stolen is about to be lost.
    void ask({ signal: waiting.signal }, () => !stealing)
  })
}

/** Calls `steal` once one and the same holding has been seen for the hold bound. Rejects when `waiting` is aborted. */
async function watchHolding(
  locks: LockManager,
  name: string,
  steal: (seen: string) => Promise<void>,
  waiting: AbortSignal,
  clock: Clock,
): Promise<never> {
  let seen: string | undefined
  let since = 0
  for (;;) {
    await sleep(clock, LOOK_EVERY_MS, waiting)
    const holding = await holdingOf(locks, name)
    if (holding !== seen) since = clock.monotonic()
    seen = holding
    if (seen !== undefined && clock.monotonic() - since >= HOLD_BOUND_MS) await steal(seen)
  }
}

/**
 * What tells one holding of a lock from the next: who holds it, and the tickets that it has for as long as it waits
 * or holds, a new one each time. `undefined`: nobody holds it.
 */
async function holdingOf(locks: LockManager, name: string): Promise<string | undefined> {
  const { held = [] } = await locks.query()
  const holder = held.find((lock) => lock.name === name)?.clientId
  const tickets = held.filter((lock) => lock.clientId === holder && lock.name?.startsWith(`${name}\nticket `))
  return holder && JSON.stringify([holder, tickets.map((lock) => lock.name).toSorted()])
}

/** What to say where a lock can't even be asked for. */
export function unlockable(error: unknown): StorageError {
  const refused = error instanceof DOMException && error.name === 'SecurityError'
  return new StorageError(refused ? 'unavailable' : 'failed', 'The lock can not be asked for', {
    cause: error,
  })
}
