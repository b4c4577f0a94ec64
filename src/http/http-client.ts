import type { KyInstance } from 'ky'
import ky from 'ky'
import pRetry from 'p-retry'
import { AbortedError } from '../errors/aborted-error.ts'
import { ApiError, type ApiFailure } from '../errors/api-error.ts'
import { LatchkeyError } from '../errors/latchkey-error.ts'
import { RequestValidationError } from '../errors/request-validation-error.ts'
import { ResponseValidationError } from '../errors/response-validation-error.ts'
import { TimeoutError } from '../errors/timeout-error.ts'
import { withDeadline } from '../support/deadline.ts'
import type { Fetch } from '../support/fetch.ts'
import { sleep } from '../support/timer.ts'
import { Answer, type Body, type ReportDrift } from './answer.ts'
import { findIssues } from './check.ts'
import type { Endpoint, Message } from './endpoint.ts'
import { type HeadersSource, mergeHeaders } from './headers.ts'
import { networkError, type Observer, observedFetch, type Sends } from './observed-fetch.ts'
import { readBody } from './read-body.ts'
import { type Redact, redactorFor } from './redact.ts'
import { readRetryAfter } from './retry-after.ts'
import { type RetryPolicy, retryDelay } from './retry-policy.ts'
import type { Territory } from './url.ts'

/** An interceptor: a `fetch` around a `fetch`. */
export type Interceptor = (fetch: Fetch) => Fetch

/** How long an operation may take, in milliseconds. `Infinity`: as long as it likes. */
export interface Timeouts {
  /** One attempt, from sending to the end of the body. */
  readonly attempt: number
  /** The whole operation: its attempts, the waits between them, and the wait for a token. */
  readonly total: number
}

/** What every method of a client takes besides its input. */
export interface CallOptions {
  /** Stops the call, which then rejects with an {@link AbortedError}. */
  readonly signal?: AbortSignal
  /** How long the call may take in all, in milliseconds. Default: the client's. */
  readonly timeout?: number
  /** Headers of this call alone. The session's own can't be overridden. */
  readonly headers?: HeadersInit
}

/** How one send differs from an ordinary call. */
export interface SendOptions extends CallOptions {
  /** What stands between the operation and the network. */
  readonly intercept: Interceptor
  /** Send it once: no retries. */
  readonly single?: boolean
  /** Wait for its answer however long that takes. */
  readonly unbounded?: boolean
  /** Who is told of this send, where it isn't the client's own observer. */
  readonly observer?: Observer
}

/** What a transport is made of. */
export interface HttpClientOptions {
  readonly territory: Territory
  readonly fetch: Fetch
  readonly headers: HeadersSource | undefined
  readonly retry: RetryPolicy | false
  readonly timeouts: Timeouts
  readonly observer: Observer
  readonly toError: (failure: ApiFailure) => ApiError
  /** Hears of answers that are not as documented; absent: they are errors. */
  readonly onDrift: ReportDrift | undefined
}

/** What a send needs to know of its endpoint. */
type Route = Pick<Endpoint, 'operation' | 'method' | 'path' | 'repeatable'>

/** Sends the operations of an API: attempts, deadlines, back-off, and what comes back. It knows of no session. */
export class HttpClient {
  readonly #options: HttpClientOptions
  readonly #ky: KyInstance

  constructor(options: HttpClientOptions) {
    this.#options = options
    this.#ky = ky.create({ throwHttpErrors: false, retry: 0, timeout: false, redirect: 'error' })
  }

  /**
   * Sends one operation.
   *
   * @throws {RequestValidationError} The input doesn't fit. Nothing was sent.
   * @throws {ApiError} The server said no.
   * @throws {NetworkError | TimeoutError | AbortedError} No answer came, in time or at all.
   * @throws {ResponseValidationError} The answer is not as documented.
   */
  async send<Input, Output>(
    endpoint: Endpoint<Input, Output>,
    input: Input,
    options: SendOptions,
  ): Promise<Output> {
    const { clock } = this.#options.observer
    const message = write(endpoint, input)
    const url = this.#options.territory.locate(endpoint, message)
    const ms = options.unbounded ? Infinity : (options.timeout ?? this.#options.timeouts.total)
    const error = (): Error => new TimeoutError(`${endpoint.operation}: no answer within ${ms} ms`)
    try {
      const answer = await withDeadline(clock, { ms, error, signal: options.signal }, (signal) =>
        this.#attempts(endpoint, url, message, { ...options, signal }, clock.monotonic() + ms),
      )
      return read(endpoint, answer)
    } catch (failure) {
      throw asLatchkeyError(endpoint.operation, failure, options.signal)
    }
  }

  #attempts(
    endpoint: Route,
    url: URL,
    message: Message,
    options: SendOptions & { readonly signal: AbortSignal },
    end: number,
  ): Promise<Answer> {
    const { clock, emit } = options.observer ?? this.#options.observer
    const policy = options.single ? false : this.#options.retry
    const { operation, method, path } = endpoint
    const sends: Sends = { count: 0 }
    let sent = 0
    return pRetry(() => this.#attempt(endpoint, url, message, options, sends), {
      retries: policy ? policy.retries : 0,
      minTimeout: 0,
      shouldRetry: async ({ error, attemptNumber }) => {
        // A token that is not to be had has been waited for; nothing was sent that could be repeated.
        if (sends.count === sent) return false
        sent = sends.count
        const delayMs = policy && retryDelay(error, endpoint, attemptNumber, policy, clock.random())
        if (delayMs === false || delayMs === undefined || clock.monotonic() + delayMs >= end) return false
        const status = error instanceof ApiError ? { status: error.status } : {}
        emit('retry', { operation, method, path, attempt: sent, delayMs, ...status })
        await sleep(clock, delayMs, options.signal)
        return true
      },
    })
  }

  async #attempt(
    { operation, method, path }: Route,
    url: URL,
    message: Message,
    options: SendOptions & { readonly signal: AbortSignal },
    sends: Sends,
  ): Promise<Answer> {
    const { signal, unbounded, intercept, observer = this.#options.observer } = options
    const { fetch, timeouts, toError, onDrift, headers } = this.#options
    const ms = unbounded ? Infinity : timeouts.attempt
    const error = (): Error => new TimeoutError(`${operation}: no answer within ${ms} ms`)
    const { clock } = observer
    const observed = observedFetch(fetch, { operation, method, path }, observer, sends)
    let sent: { readonly request: Request; readonly end: number } | undefined
    const response = await this.#ky(url, {
      method,
      headers: await mergeHeaders(headers, options.headers, message.headers),
      signal,
      // The deadline is the request's, not the wait's for a token to send it with.
      fetch: intercept((input) => {
        const request = input as Request
        sent = { request, end: clock.monotonic() + ms }
        return withDeadline(clock, { ms, error, signal: request.signal }, (within) =>
          observed(request, { signal: within }),
        )
      }) as typeof globalThis.fetch,
      ...(message.json !== undefined && { json: message.json }),
      ...(message.form && { body: new URLSearchParams(definedOf(message.form)) }),
    })
    const left = { ms: (sent?.end ?? Infinity) - clock.monotonic(), error, signal }
    const body = (redact?: Redact): Promise<Body> =>
      withDeadline(clock, left, (within) => readBody(response, within, redact)).catch((failure: unknown) => {
        response.body?.cancel().catch(() => {})
        throw failure instanceof LatchkeyError || signal.aborted ? failure : networkError(operation, failure)
      })
    if (response.ok) return new Answer(operation, response, await body(), onDrift)
    const { json, foreign } = await body(redactorFor(message, sent?.request))
    throw toError({
      operation,
      status: response.status,
      headers: response.headers,
      body: json,
      foreign,
      retryAfter: readRetryAfter(response.headers, observer.clock.now()),
    })
  }
}

function write<Input>(endpoint: Endpoint<Input>, input: Input): Message {
  if (!endpoint.input) return endpoint.write?.(input) ?? {}
  const result = findIssues(endpoint.input, input)
  if (result.issues) throw new RequestValidationError(endpoint.operation, result.issues)
  return endpoint.write?.(result.value) ?? {}
}

/** What a reader stumbles over, once it was let through unchecked, is the answer's fault. */
function read<Output>(endpoint: Pick<Endpoint<never, Output>, 'operation' | 'read'>, answer: Answer): Output {
  try {
    return endpoint.read(answer)
  } catch (error) {
    if (error instanceof LatchkeyError) throw error
    throw new ResponseValidationError(endpoint.operation, answer.status, [{ message: 'unreadable' }])
  }
}

function definedOf(form: NonNullable<Message['form']>): [string, string][] {
  return Object.entries(form).filter((field): field is [string, string] => field[1] !== undefined)
}

/** What a caller sees of whatever went wrong: an error of ours, and the caller's own stop as one. */
export function asLatchkeyError(operation: string, error: unknown, signal: AbortSignal | undefined): Error {
  if (error instanceof LatchkeyError) return error
  if (signal?.aborted) {
    const platform = error instanceof DOMException ? { cause: error } : undefined
    return platform?.cause.name === 'TimeoutError'
      ? new TimeoutError(`${operation}: the caller's time was over`, platform)
      : new AbortedError(`${operation}: stopped by the caller`, platform)
  }
  return networkError(operation, error)
}
