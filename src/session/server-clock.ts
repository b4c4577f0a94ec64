import type { Clock } from '../support/clock.ts'

/** The clocks of a machine that was asleep, or was set, have parted by more than this, in milliseconds. */
export const CLOCKS_PARTED_MS = 2000

/** The server's times are told in whole seconds: the true one is anywhere in the second that follows. */
export const RESOLUTION_MS = 1000

/** What tells a later time than this, in epoch milliseconds, is no clock: the year is 2286. */
const LATEST_TOLD_MS = 10 ** 13

/**
 * What time it is for the server.
 *
 * Each observation says between which two values the server's clock is ahead of ours; together they close in on
 * it. What was learnt is dropped when our own clock turns out to have jumped.
 */
export class ServerClock {
  readonly #clock: Clock
  #ahead: { readonly least: number; readonly most: number } | undefined
  #drift = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Epoch milliseconds by the server's clock, as well as is known. */
  now(): number {
    const ahead = this.#current()
    return this.#clock.now() + (ahead ? (ahead.least + ahead.most) / 2 : 0)
  }

  /** The server's clock has been seen. If not, our own stands in for it, and may be hours off. */
  get known(): boolean {
    return this.#current() !== undefined
  }

  /**
   * Takes note of a time that the server told, in whole seconds.
   *
   * @param told epoch milliseconds, as the server said
   * @param notBefore our wall clock at the earliest moment at which it may have said so
   * @param notAfter our wall clock at the latest
   */
  observe(told: number, notBefore: number, notAfter: number): void {
    if (told >= LATEST_TOLD_MS) return
    const seen = { least: told - notAfter, most: told + RESOLUTION_MS - notBefore }
    const known = this.#current()
    const both = known && {
      least: Math.max(known.least, seen.least),
      most: Math.min(known.most, seen.most),
    }
    this.#ahead = both && both.least <= both.most ? both : seen
    this.#drift = this.#clock.now() - this.#clock.monotonic()
  }

  #current(): { readonly least: number; readonly most: number } | undefined {
    if (!this.#ahead) return undefined
    const drift = this.#clock.now() - this.#clock.monotonic()
    if (Math.abs(drift - this.#drift) > CLOCKS_PARTED_MS) this.#ahead = undefined
    return this.#ahead
  }
}
