import type { Clock } from '../support/clock.ts'
import { startTimer } from '../support/timer.ts'
import { lockLost, lockTimeout } from './lock-failure.ts'
import type { ExclusiveOptions } from './token-storage.ts'

/** A lock held longer than this, in milliseconds, goes to whoever is next. */
export const HOLD_BOUND_MS = 30_000

interface Waiter {
  readonly enter: () => void
}

/** The waiting line of one lock. The first in it is the holder; a lock that nobody wants has none. */
interface Line {
  readonly waiters: Waiter[]
  readonly dissolve: () => void
}

/** Keyed by what the adapters stand on, never by adapter: two adapters over one object share its locks. */
const lines = new WeakMap<object, Map<string, Line>>()

/**
 * Runs `task` while no other task of this process runs under the same `owner` and `key`, first come, first served.
 * A task that holds on for {@link HOLD_BOUND_MS} loses the lock: its signal is aborted, and it runs on.
 */
export async function exclusiveInProcess<T>(
  owner: object,
  key: string,
  task: (signal: AbortSignal) => Promise<T>,
  { waitMs, signal }: ExclusiveOptions,
  clock: Clock,
): Promise<T> {
  const line = lineOf(owner, key)
  const waiter = await stand(line, waitMs, signal, clock)
  const holding = new AbortController()
  const stopBound = startTimer(
    clock,
    HOLD_BOUND_MS,
    () => {
      leave(line, waiter)
      holding.abort(lockLost())
    },
    true,
  )
  try {
    return await task(holding.signal)
  } finally {
    stopBound()
    leave(line, waiter)
  }
}

function lineOf(owner: object, key: string): Line {
  const byKey = lines.get(owner) ?? new Map<string, Line>()
  lines.set(owner, byKey)
  const line = byKey.get(key) ?? { waiters: [], dissolve: () => byKey.delete(key) }
  byKey.set(key, line)
  return line
}

function stand(line: Line, waitMs: number, signal: AbortSignal | undefined, clock: Clock): Promise<Waiter> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const give = (up: unknown): void => {
      settle()
      leave(line, waiter)
      reject(up)
    }
    const abort = (): void => give(signal?.reason)
    const settle = (): void => {
      stopWaiting()
      signal?.removeEventListener('abort', abort)
    }
    const waiter: Waiter = {
      enter: () => {
        settle()
        resolve(waiter)
      },
    }
    let stopWaiting = (): void => {}
    line.waiters.push(waiter)
    if (line.waiters[0] === waiter) return resolve(waiter)
    stopWaiting = startTimer(clock, waitMs, () => give(lockTimeout(waitMs)))
    signal?.addEventListener('abort', abort, { once: true })
  })
}

/** Takes `waiter` out of the line; if it held the lock, the next one enters. */
function leave({ waiters, dissolve }: Line, waiter: Waiter): void {
  const place = waiters.indexOf(waiter)
  if (place < 0) return
  waiters.splice(place, 1)
  if (waiters.length === 0) dissolve()
  else if (place === 0) waiters[0]?.enter()
}
