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

/** The time that several steps have together. */
export interface Countdown {
  /** Starts it, or starts it anew. */
  start(ms: number): void
  /** Runs a step, unless all is over already. */
  run<T>(step: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** Lets go of the timer and of the signal. To be called in any case. */
  end(): void
}

/**
 * Makes a countdown that is not under way yet, but heeds the signal from now on. When it is over, the step under way
 * is given up, also where it doesn't listen to the signal that it was given.
 */
export function countdown(clock: Clock, { error, signal }: Omit<Deadline, 'ms'>): Countdown {
  const controller = new AbortController()
  let stop: (() => void) | undefined
  let reject: ((reason: unknown) => void) | undefined
  const end = (): void => {
    stop?.()
    signal?.removeEventListener('abort', abort)
  }
  const giveUp = (reason: unknown): void => {
    end()
    reject?.(reason)
    controller.abort(reason)
  }
  const abort = (): void => giveUp(signal?.reason)
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort)
  return {
    start: (ms) => {
      stop?.()
      stop = ms === Infinity ? undefined : startTimer(clock, ms, () => giveUp(error()))
    },
    run: (step) =>
      new Promise((resolve, rejected) => {
        const within = controller.signal
        if (within.aborted) return rejected(within.reason)
        reject = rejected
        step(within).then(resolve, rejected)
      }),
    end,
  }
}

/** Runs a task under a deadline, and settles when it is over at the latest. */
export function withDeadline<T>(
  clock: Clock,
  { ms, ...limits }: Deadline,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { start, run, end } = countdown(clock, limits)
  start(ms)
  return run(task).finally(end)
}
