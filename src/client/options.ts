import { ConfigurationError } from '../errors/configuration-error.ts'
import type { HeadersSource } from '../http/headers.ts'
import type { Timeouts } from '../http/http-client.ts'
import type { RetryOptions } from '../http/retry-policy.ts'
import type { TokenStorage } from '../storage/token-storage.ts'
import type { Clock } from '../support/clock.ts'
import type { Fetch } from '../support/fetch.ts'
import type { MaybePromise } from '../support/maybe-promise.ts'

/** Options of every client. */
export interface BaseClientOptions {
  /** Where tokens are kept. Default: `memoryStorage()`, for this client alone. */
  readonly storage?: TokenStorage
  /** What requests are sent with. Default: the platform's `fetch`, looked up at each call. */
  readonly fetch?: Fetch
  /** What time it is. Default: the platform's clock. */
  readonly clock?: Clock
  /** Headers for every request, or a function that makes them for each. A call's own headers go before them. */
  readonly headers?: HeadersSource
  /**
   * What happens to an answer that is not as documented: `strict` makes it an error, `report` lets it through with
   * a `drift` event. The fields that a session is made of are always checked. Default: `strict`.
   */
  readonly validation?: 'strict' | 'report'
  /** How failed attempts are repeated; `false`: not at all. */
  readonly retry?: RetryOptions | false
  /** How long operations may take, in milliseconds; a number is the whole operation. Default: 10,000 an attempt, 30,000 in all. */
  readonly timeout?: number | Partial<Timeouts>
  /** Origins besides the base URL's that requests may take the session to. */
  readonly authorizedOrigins?: readonly (string | URL)[]
}

/** Options of a client that signs in itself. */
export interface ClientOptions<Credentials = unknown> extends BaseClientOptions {
  /** The name that the session is stored under. Default: made of protocol, base URL and application. */
  readonly key?: string
  /** Renews the session in time also while nobody calls. Default: `false`. */
  readonly keepAlive?: boolean
  /** Credentials to sign in with again where the session would end: for services that hold an account of their own. */
  readonly reauthenticate?: () => MaybePromise<Credentials>
}

/** Options of a {@link SessionClient}. */
export interface SessionClientOptions<Credentials = unknown> extends ClientOptions<Credentials> {
  /** Where the API is. Its own path is kept: with `https://api.example/dev`, `/session` is `/dev/session`. */
  readonly baseUrl: string | URL
  /** Headers for `client.fetch` alone, beside `headers`. */
  readonly fetchHeaders?: HeadersSource
}

/**
 * Where the API is, as the options say. What the prototype of all objects says is not theirs: where that has been
 * polluted, it must not lead passwords elsewhere.
 */
export function baseUrlOf(
  { baseUrl }: Partial<Pick<SessionClientOptions, 'baseUrl'>>,
  usual: string,
): string | URL {
  const { baseUrl: polluted }: typeof Object.prototype & { readonly baseUrl?: unknown } = Object.prototype
  return baseUrl === undefined || baseUrl === polluted ? usual : baseUrl
}

const ATTEMPT_MS = 10_000
const TOTAL_MS = 30_000

/**
 * The timeouts that an option means.
 *
 * @throws {ConfigurationError} One of them isn't a number from 0 up.
 */
export function timeoutsOf(option: BaseClientOptions['timeout']): Timeouts {
  const { attempt = ATTEMPT_MS, total = TOTAL_MS } =
    typeof option === 'number' ? { total: option } : (option ?? {})
  if (!(attempt >= 0 && total >= 0)) throw new ConfigurationError('timeout takes numbers from 0 up')
  return { attempt, total }
}
