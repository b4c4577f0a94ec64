import { ConfigurationError } from '../errors/configuration-error.ts'
import { LatchkeyError } from '../errors/latchkey-error.ts'
import type { MaybePromise } from '../support/maybe-promise.ts'

/** Headers that go on every request, or a function that makes them for each. */
export type HeadersSource = HeadersInit | (() => MaybePromise<HeadersInit>)

/**
 * Puts headers together; of two with one name the later counts.
 *
 * @throws {ConfigurationError} One of them isn't a header, or the function threw: the error's own words would
 * quote it.
 */
export async function mergeHeaders(
  defaults: HeadersSource | undefined,
  ...more: readonly (HeadersInit | undefined)[]
): Promise<Headers> {
  const base = typeof defaults === 'function' ? await made(defaults) : defaults
  try {
    const merged = new Headers(base)
    for (const headers of more) {
      new Headers(headers).forEach((value, name) => {
        merged.set(name, value)
      })
    }
    return merged
  } catch {
    throw new ConfigurationError('A header has a name or a value that is not allowed in one')
  }
}

async function made(headers: () => MaybePromise<HeadersInit>): Promise<HeadersInit> {
  try {
    return await headers()
  } catch (error) {
    throw error instanceof LatchkeyError ? error : new ConfigurationError('The headers function failed')
  }
}
