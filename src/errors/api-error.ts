import { LatchkeyError } from './latchkey-error.ts'

/** An answer of the server's that says no, as {@link ApiError} and a protocol's `judge` and `toError` are given it. */
export interface ApiFailure {
  /** The operation that was refused, as `createSession`. */
  readonly operation: string
  /** The HTTP status. */
  readonly status: number
  /** The answer's headers. */
  readonly headers: Headers
  /** The body, parsed, if it was JSON; else `undefined`. */
  readonly body: unknown
  /**
   * The body is not the API's own: a page, or nothing that could be read. Captive portals, firewalls and
   * gateways answer so; it says nothing about the session.
   */
  readonly foreign: boolean
  /** How long the server asks to wait, in milliseconds, from `Retry-After`; `undefined` if it doesn't say. */
  readonly retryAfter: number | undefined
}

/** The codes of {@link ApiError} and its subclasses: `api`, and `<name>_api` for an API with a class of its own. */
export type ApiErrorCode = 'api' | `${string}_api`

/** Too slow, too many, or out of order for the moment. */
const PASSING: ReadonlySet<number> = new Set([408, 420, 429, 500, 502, 503, 504])

/**
 * The server said no. An API with more to say about it has a subclass, with a `code` of its own.
 *
 * The answer's body is not reachable from the error: servers echo what they were sent.
 */
export class ApiError extends LatchkeyError {
  readonly code: ApiErrorCode = 'api'
  override readonly name: string = 'ApiError'
  /** The operation that was refused, as `createSession`. */
  readonly operation: string
  /** The HTTP status. */
  readonly status: number
  /** How long the server asks to wait, in milliseconds, from `Retry-After`; `undefined` if it doesn't say. */
  readonly retryAfter: number | undefined
  readonly #failure: ApiFailure

  constructor(failure: ApiFailure, detail?: string) {
    super(`${failure.operation}: the server answered ${failure.status}${detail ? `: ${detail}` : ''}`)
    this.operation = failure.operation
    this.status = failure.status
    this.retryAfter = failure.retryAfter
    this.#failure = failure
  }

  /** The same request may succeed later: the server is busy, or down. What is repeatable is repeated only then. */
  get mayPass(): boolean {
    return PASSING.has(this.status)
  }

  /** @internal The answer that the error was made of, for a protocol to judge. */
  static failureOf(error: unknown): ApiFailure | undefined {
    return error instanceof ApiError ? error.#failure : undefined
  }
}
