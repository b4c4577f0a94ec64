import type { Clock } from './clock.ts'
import { startTimer } from './timer.ts'

/** When a task is given up. */
export interface Deadline {
  /** Milliseconds from now; `Infinity`: never. */
  readonly ms: number
  /** What the task is given up with when the time is over. */
  readonly error: () => Error
  /** Gives the task up earlier, with its reason. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs a task under a deadline and settles when it is over at the latest, also where the task doesn't listen
 * to the signal that it was given.
 */
export function withDeadline<T>(
  clock: Clock,
  { ms, error, signal }: Deadline,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const controller = new AbortController()
    const settled = <Value>(tell: (value: Value) => void, value: Value): void => {
      stop()
      signal?.removeEventListener('abort', abort)
      tell(value)
    }
    const giveUp = (reason: unknown): void => {
      settled(reject, reason)
      controller.abort(reason)
    }
    const abort = (): void => giveUp(signal?.reason)
    const stop = ms === Infinity ? () => {} : startTimer(clock, ms, () => giveUp(error()))
    signal?.addEventListener('abort', abort, { once: true })
    const run = async (): Promise<T> => task(controller.signal)
    run().then(
      (value) => settled(resolve, value),
      (reason: unknown) => settled(reject, reason),
    )
  })
}
