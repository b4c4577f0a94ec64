import ky from 'ky'
import pRetry from 'p-retry'
import { AbortedError } from '../errors/aborted-error.ts'
import { ApiError, type ApiFailure } from '../errors/api-error.ts'
import { LatchkeyError } from '../errors/latchkey-error.ts'
import { RequestValidationError } from '../errors/request-validation-error.ts'
import { TimeoutError } from '../errors/timeout-error.ts'
import { countdown, withDeadline } from '../support/deadline.ts'
import { discard, type Fetch, type HeadersLike } from '../support/fetch.ts'
import { sleep } from '../support/timer.ts'
import { Answer, type ReportDrift, readOf } from './answer.ts'
import { findIssues } from './check.ts'
import type { Endpoint, Message } from './endpoint.ts'
import { type HeadersSource, mergeHeaders } from './headers.ts'
import { networkError, type Observer, observedFetch, type Sends } from './observed-fetch.ts'
import { readBody } from './read-body.ts'
import { redactorFor, type Sent } from './redact.ts'
import { refuseRedirects } from './redirects.ts'
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
  readonly headers?: HeadersLike
}

/** How one send differs from an ordinary call. */
export interface SendOptions extends CallOptions {
  /** What stands between the operation and the network. */
  readonly intercept: Interceptor
  /** Send it once: no retries. */
  readonly single?: boolean
  /** Wait for its answer however long that takes. */
  readonly unbounded?: boolean
  /** What must not get into an error besides what the request carries, in the fields of whatever this answers. */
  readonly secrets?: () => unknown
  /** Puts off what listeners are told: a lock is held. */
  readonly afterwards?: (callback: () => void) => void
}

/** What a transport is made of. */
export interface HttpClientOptions {
  readonly territory: Territory
  readonly fetch: Fetch
  readonly headers: HeadersSource | undefined
  readonly retry: RetryPolicy
  readonly timeouts: Timeouts
  readonly observer: Observer
  readonly toError: (failure: ApiFailure) => ApiError
  /** Hears of answers that are not as documented; absent: they are errors. */
  readonly onDrift: ReportDrift | undefined
}

/** What a send needs to know of its endpoint. */
type Route = Pick<Endpoint, 'operation' | 'method' | 'path' | 'repeatable'>

/** The options of a send that is under way: its signal is the deadline's. */
type Attempted = SendOptions & { readonly signal: AbortSignal }

/** Statuses, repetitions and deadlines are not left to ky. */
const AS_IT_IS = { throwHttpErrors: false, retry: 0, timeout: false } as const

/** Sends the operations of an API: attempts, deadlines, back-off, and what comes back. It knows of no session. */
export class HttpClient {
  readonly #options: HttpClientOptions

  constructor(options: HttpClientOptions) {
    this.#options = options
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
    const { operation } = endpoint
    const { timeouts, territory, observer } = this.#options
    const message = write(endpoint, input)
    const url = territory.locate(endpoint, message)
    const ms = options.unbounded ? Infinity : (options.timeout ?? timeouts.total)
    const deadline = { ms, error: tooLate(operation, ms), signal: options.signal }
    const end = observer.clock.monotonic() + ms
    try {
      const answer = await withDeadline(observer.clock, deadline, (signal) =>
        this.#attempts(endpoint, url, message, { ...options, signal }, end),
      )
      return readOf(answer, () => endpoint.read(answer))
    } catch (failure) {
      throw asLatchkeyError(operation, failure, options.signal)
    }
  }

  #attempts(
    endpoint: Route,
    url: string,
    message: Message,
    options: Attempted,
    end: number,
  ): Promise<Answer> {
    const { fetch, retry, observer } = this.#options
    const { operation, method, path } = endpoint
    const description = { operation, method, path }
    const { afterwards, signal } = options
    const { clock } = observer
    const emit: Observer['emit'] = afterwards
      ? (type, event) => afterwards(() => observer.emit(type, event))
      : observer.emit
    const sends: Sends = { count: 0 }
    const observed = observedFetch(refuseRedirects(fetch), description, { ...observer, emit }, sends)
    let sent = 0
    return pRetry(() => this.#attempt(endpoint, url, message, options, observed), {
      retries: options.single ? 0 : retry.retries,
      minTimeout: 0,
      shouldRetry: async ({ error, attemptNumber }) => {
        // A token that is not to be had has been waited for; nothing was sent that could be repeated.
        if (sends.count === sent) return false
        sent = sends.count
        const delayMs = retryDelay(error, endpoint, attemptNumber, retry, clock.random())
        if (clock.monotonic() + delayMs >= end) return false
        const status = error instanceof ApiError && { status: error.status }
        emit('retry', { ...description, attempt: sent, delayMs, ...status })
        await sleep(clock, delayMs, signal)
        return true
      },
    })
  }

  async #attempt(
    { operation, method }: Route,
    url: string,
    message: Message,
    options: Attempted,
    observed: Fetch,
  ): Promise<Answer> {
    const { signal, intercept, unbounded } = options
    const { json } = message
    const form = message.form && formOf(message.form)
    const { timeouts, toError, onDrift, observer } = this.#options
    const { clock } = observer
    const ms = unbounded ? Infinity : timeouts.attempt
    // The time is the request's, from sending to the end of the body, not the wait's for a token to send it with.
    const time = countdown(clock, { error: tooLate(operation, ms), signal })
    let sent: Sent | undefined
    const carried = intercept((input, init = {}) => {
      sent = { url: String(input), headers: init.headers }
      time.start(ms)
      return time.run((within) => observed(input, { ...init, signal: within }))
    })
    try {
      const headers = await mergeHeaders(
        clock,
        { ms: timeouts.attempt, signal },
        this.#options.headers,
        options.headers,
        message.headers,
      )
      const response = await ky(url, {
        ...AS_IT_IS,
        method,
        ...(headers && { headers }),
        ...(json !== undefined && { json }),
        ...(form && { body: form }),
        // In words: ky's request would have to be built anew to carry a token. No redirect takes a session elsewhere.
        fetch: (request) => {
          const { headers } = request as Request
          const body = json === undefined ? (form ?? null) : JSON.stringify(json)
          return carried(url, { method, headers, body, redirect: 'manual', signal })
        },
      })
      const { ok, status } = response
      const redact = ok ? undefined : redactorFor([message, options.secrets?.()], sent)
      const read = await time
        .run((within) => readBody(response, within, redact))
        .catch((failure: unknown) => {
          discard(response)
          throw failure instanceof LatchkeyError || signal.aborted
            ? failure
            : networkError(operation, failure)
        })
      if (ok) return new Answer(operation, response, read, onDrift)
      throw toError({
        operation,
        status,
        headers: response.headers,
        body: read.json,
        foreign: read.foreign,
        retryAfter: readRetryAfter(response.headers, clock.now()),
      })
    } finally {
      time.end()
    }
  }
}

function tooLate(operation: string, ms: number): () => Error {
  return () => new TimeoutError(`${operation}: no answer within ${ms} ms`)
}

function write<Input>(endpoint: Endpoint<Input>, input: Input): Message {
  if (!endpoint.input) return endpoint.write?.(input) ?? {}
  const result = findIssues(endpoint.input, input)
  if (result.issues) throw new RequestValidationError(endpoint.operation, result.issues)
  return endpoint.write?.(result.value) ?? {}
}

function formOf(fields: NonNullable<Message['form']>): URLSearchParams {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) form.set(name, value ?? '')
  }
  return form
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
