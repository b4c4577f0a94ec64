import { ApiError } from '../errors/api-error.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { NetworkError } from '../errors/network-error.ts'
import { TimeoutError } from '../errors/timeout-error.ts'
import type { Endpoint, Method } from './endpoint.ts'

/** How failed attempts of an operation are repeated. */
export interface RetryOptions {
  /** How many times at the most, after the first attempt. Default: 2. */
  readonly retries?: number
  /** The back-off before the first repetition, in milliseconds, doubled at each further one. Default: 300. */
  readonly baseMs?: number
  /** The longest back-off, in milliseconds. Default: 10,000. */
  readonly maxMs?: number
  /** The longest `Retry-After` that is waited for, in milliseconds. Default: 30,000. */
  readonly maxRetryAfterMs?: number
}

/** Retry options with nothing left open. */
export type RetryPolicy = Required<RetryOptions>

/**
 * The policy that an option means.
 *
 * @throws {ConfigurationError} A number in it is no good.
 */
export function retryPolicyOf(option: RetryOptions | false | undefined): RetryPolicy {
  const {
    retries = 2,
    baseMs = 300,
    maxMs = 10_000,
    maxRetryAfterMs = 30_000,
  } = option === false ? { retries: 0 } : (option ?? {})
  const policy = { retries, baseMs, maxMs, maxRetryAfterMs }
  const isWhole = Number.isInteger(retries) || retries === Infinity
  if (!isWhole || !Object.values(policy).every((value) => value >= 0)) {
    throw new ConfigurationError('retry takes numbers from 0 up')
  }
  return policy
}

const REPEATABLE_METHODS: ReadonlySet<Method> = new Set(['GET', 'PUT', 'DELETE'])

/** Full jitter: anything up to a bound that doubles with each failure. */
function backOff(
  failures: number,
  { baseMs, maxMs }: Pick<RetryPolicy, 'baseMs' | 'maxMs'>,
  random: number,
): number {
  return random * Math.min(maxMs, baseMs * 2 ** (failures - 1))
}

/**
 * How long to wait before an attempt is repeated, in milliseconds; `Infinity`: it must not be.
 *
 * What is repeatable is repeated after whatever may pass; the rest only where the server can't have acted.
 */
export function retryDelay(
  error: unknown,
  endpoint: Pick<Endpoint, 'method' | 'repeatable'>,
  attempt: number,
  policy: RetryPolicy,
  random: number,
): number {
  const { repeatable = REPEATABLE_METHODS.has(endpoint.method) } = endpoint
  if (!mayRepeat(error, repeatable)) return Infinity
  const asked = error instanceof ApiError ? error.retryAfter : undefined
  if (asked === undefined) return backOff(attempt, policy, random)
  return asked <= policy.maxRetryAfterMs ? asked : Infinity
}

function mayRepeat(error: unknown, repeatable: boolean): boolean {
  if (error instanceof ApiError) {
    return repeatable ? error.mayPass : refusedUnread(error)
  }
  return repeatable && (error instanceof NetworkError || error instanceof TimeoutError)
}

/** The server has said that it turned the request away without acting on it. */
function refusedUnread({ status, retryAfter }: ApiError): boolean {
  return status === 420 || status === 429 || (status === 503 && retryAfter !== undefined)
}
