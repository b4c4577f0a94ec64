import type { Clock } from '../support/clock.ts'
import { CLOCKS_PARTED_MS } from './server-clock.ts'

/** A holder that was frozen for longer than this before it sent anything doesn't send it, in milliseconds. */
export const LONGEST_PREPARATION_MS = 10_000

/** The lock, as its holder sees it. */
export class HeldLock {
  readonly #signal: AbortSignal
  readonly #clock: Clock
  readonly #since: readonly [monotonic: number, wall: number]

  /** @param signal aborted when the storage has found out that the lock is somebody else's */
  constructor(signal: AbortSignal, clock: Clock) {
    this.#signal = signal
    this.#clock = clock
    this.#since = [clock.monotonic(), clock.now()]
  }

  /** Somebody else may hold it by now. */
  get lost(): boolean {
    return this.#signal.aborted
  }

  /** The holder has slept over it: it may be lost without its having been told yet. */
  get overslept(): boolean {
    // While a machine sleeps, its monotonic clock may stand still, and its wall clock be set.
    const passed = this.#clock.monotonic() - this.#since[0]
    const parted = Math.abs(this.#clock.now() - this.#since[1] - passed)
    return passed > LONGEST_PREPARATION_MS || parted > CLOCKS_PARTED_MS
  }
}
