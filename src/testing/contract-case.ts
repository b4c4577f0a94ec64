import { systemClock } from '../support/clock.ts'
import { startTimer } from '../support/timer.ts'

/** One rule of a contract, for any test runner: `for (const { name, run } of cases) it(name, run)`. */
export interface ContractCase {
  /** The rule, in words. */
  readonly name: string
  /** Checks it. Rejects with an `Error` that says how it was broken. */
  run(): Promise<void>
}

/** Throws an `Error` with `rule` as its message unless `kept`. */
export function must(kept: boolean, rule: string): asserts kept {
  if (!kept) throw new Error(rule)
}

/** Settles as `promise` does. Throws an `Error` if that takes longer than `boundMs`, real milliseconds. */
export function within<T>(promise: Promise<T>, boundMs: number, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = startTimer(systemClock, boundMs, () =>
      reject(new Error(`${what}: not within ${boundMs} ms`)),
    )
    promise.then(resolve, reject).finally(stop)
  })
}

/** What `promise` rejects with. Throws an `Error` if it resolves. */
export async function rejection(promise: Promise<unknown>, what: string): Promise<unknown> {
  let reason: unknown
  const resolved = await promise.then(
    () => true,
    (thrown) => {
      reason = thrown
      return false
    },
  )
  must(!resolved, `${what}: it resolved, but should have rejected`)
  return reason
}

/** A promise to be kept by hand. */
export interface Gate {
  readonly opened: Promise<void>
  readonly open: () => void
}

export function gate(): Gate {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}
