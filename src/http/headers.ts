import { ConfigurationError } from '../errors/configuration-error.ts'
import { LatchkeyError } from '../errors/latchkey-error.ts'
import type { Clock } from '../support/clock.ts'
import { type Deadline, withDeadline } from '../support/deadline.ts'
import type { HeadersLike } from '../support/fetch.ts'
import { isPromise, type MaybePromise } from '../support/maybe-promise.ts'

/** Headers that go on every request, or a function that makes them for each, within an attempt's time. */
export type HeadersSource = HeadersLike | (() => MaybePromise<HeadersLike>)

/**
 * Puts headers together; of two with one name the later counts. `undefined`: there are none.
 *
 * @param ms how long each function may take: somebody may hold a lock meanwhile
 * @throws {ConfigurationError} One of them isn't a header, or a function failed or took too long: the error's own
 * words would quote it.
 */
export async function mergeHeaders(
  clock: Clock,
  { ms, signal }: Omit<Deadline, 'error'>,
  ...sources: readonly (HeadersSource | undefined)[]
): Promise<Headers | undefined> {
  const error = (): Error => new ConfigurationError('A header is not allowed, or headers failed')
  let merged: Headers | undefined
  for (const source of sources) {
    if (source === undefined) continue
    try {
      const given = typeof source === 'function' ? made(source, clock, { ms, signal, error }) : source
      const headers = new Headers(isPromise(given) ? await given : given)
      if (merged) for (const [name, value] of headers) merged.set(name, value)
      else merged = headers
    } catch (thrown) {
      if (signal?.aborted) throw signal.reason
      throw thrown instanceof LatchkeyError ? thrown : error()
    }
  }
  return merged
}

/** Most functions answer at once: only one that doesn't costs a deadline. */
function made(
  source: () => MaybePromise<HeadersLike>,
  clock: Clock,
  deadline: Deadline,
): MaybePromise<HeadersLike> {
  if (deadline.signal?.aborted) throw deadline.signal.reason
  const headers = source()
  return isPromise(headers) ? withDeadline(clock, deadline, async () => headers) : headers
}
