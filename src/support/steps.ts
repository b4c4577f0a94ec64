import { isPromise, type MaybePromise } from './maybe-promise.ts'

/** Work that waits only where it has to: `yield* wait(value)` is its `await`. */
export type Steps<T> = Generator<Promise<unknown>, T, unknown>

/** Waits for a value, if it is a promise. */
export function* wait<T>(value: MaybePromise<T>): Steps<T> {
  return isPromise(value) ? ((yield value) as T) : value
}

/** Runs steps, and answers at once where none of them had to wait. */
export function run<T>(steps: Steps<T>): MaybePromise<T> {
  const go = ({ done, value }: IteratorResult<Promise<unknown>, T>): MaybePromise<T> =>
    done
      ? value
      : value.then(
          (result) => go(steps.next(result)),
          (error: unknown) => go(steps.throw(error)),
        )
  return go(steps.next())
}
