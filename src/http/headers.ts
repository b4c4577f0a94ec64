import { ConfigurationError } from '../errors/configuration-error.ts'
import { LatchkeyError } from '../errors/latchkey-error.ts'
import type { Clock } from '../support/clock.ts'
import { type Deadline, withDeadline } from '../support/deadline.ts'
import type { HeadersLike } from '../support/fetch.ts'
import { isPromise, type MaybePromise } from '../support/maybe-promise.ts'

/** Headers that go on every request, or a function that makes them for each, within an attempt's time. */
export type HeadersSource = HeadersLike | (() => MaybePromise<HeadersLike>)

/**
 * Puts headers together; of two with one name the later counts. `undefined`: there are none. Most functions answer at
 * once: only one that doesn't costs a deadline, and a promise.
 *
 * @param limits how long each function may take: somebody may hold a lock meanwhile
 * @throws {ConfigurationError} One of them isn't a header, or a function failed or took too long: the error's own
 * words would quote it.
 */
export function mergeHeaders(
  clock: Clock,
  limits: Omit<Deadline, 'error'>,
  ...sources: readonly (HeadersSource | undefined)[]
): MaybePromise<Headers | undefined> {
  const { signal } = limits
  const error = (): Error => new ConfigurationError('A header is not allowed, or headers failed')
  const fail = (thrown: unknown): never => {
    if (signal?.aborted) throw signal.reason
    throw thrown instanceof LatchkeyError ? thrown : error()
  }
  let merged: Headers | undefined
  let index = 0
  try {
    for (const source of sources) {
      index++
      if (source === undefined) continue
      const isFunction = typeof source === 'function'
      if (isFunction && signal?.aborted) throw signal.reason
      const given = isFunction ? source() : source
      if (isPromise(given)) {
        return withDeadline(clock, { ...limits, error }, async () => given)
          .catch(fail)
          .then((late) => mergeHeaders(clock, limits, merged, late, ...sources.slice(index)))
      }
      const headers = new Headers(given)
      if (merged) for (const [name, value] of headers) merged.set(name, value)
      else merged = headers
    }
    return merged
  } catch (thrown) {
    return fail(thrown)
  }
}
