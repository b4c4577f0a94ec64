/** A handle that {@link Clock.setTimeout} answers and {@link Clock.clearTimeout} takes back. */
export type TimerHandle = unknown

/**
 * The time and the chance that the library lives by. Every wait, deadline, expiry and jitter goes through the
 * clock that a client was given, so a test decides what time it is.
 */
export interface Clock {
  /** The wall clock: epoch milliseconds, as `Date.now()`. It may be wrong, and it may jump. */
  now(): number
  /** Milliseconds since an arbitrary start, as `performance.now()`. It never goes back. */
  monotonic(): number
  /** Calls `callback` once, after at least `milliseconds`. */
  setTimeout(callback: () => void, milliseconds: number): TimerHandle
  /** Takes back a timer that has not fired. */
  clearTimeout(handle: TimerHandle): void
  /** A number from 0 up to but not including 1, as `Math.random()`. Used for jitter. */
  random(): number
}

/** The platform's own clock. It looks the globals up at each call, so that a test's fake timers work. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (callback, milliseconds) => globalThis.setTimeout(callback, milliseconds),
  clearTimeout: (handle) => globalThis.clearTimeout(handle as number),
  random: () => Math.random(),
}
