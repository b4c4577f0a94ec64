import type { KyInstance } from 'ky'
import ky from 'ky'
import pRetry from 'p-retry'
import { AbortedError } from '../errors/aborted-error.ts'
import { ApiError, type ApiFailure } from '../errors/api-error.ts'
import { LatchkeyError } from '../errors/latchkey-error.ts'
import { RequestValidationError } from '../errors/request-validation-error.ts'
import { TimeoutError } from '../errors/timeout-error.ts'
import { withDeadline } from '../support/deadline.ts'
import type { Fetch } from '../support/fetch.ts'
import { sleep } from '../support/timer.ts'
import { Answer, type Body, type ReportDrift } from './answer.ts'
import { findIssues } from './check.ts'
import type { Endpoint, Message } from './endpoint.ts'
import { type HeadersSource, mergeHeaders } from './headers.ts'
import { networkError, type Observer, observedFetch } from './observed-fetch.ts'
import { readBody } from './read-body.ts'
import { redact, secretsOf } from './redact.ts'
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

/** @internal How one send differs from an ordinary call. */
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

/** @internal */
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
      return endpoint.read(answer)
    } catch (failure) {
      throw asLatchkeyError(endpoint.operation, failure, options.signal)
    }
  }

  #attempts(
    endpoint: Pick<Endpoint, 'operation' | 'method' | 'path'>,
    url: URL,
    message: Message,
    options: SendOptions & { readonly signal: AbortSignal },
    end: number,
  ): Promise<Answer> {
    const { clock, emit } = this.#options.observer
    const policy = options.single ? false : this.#options.retry
    const { operation, method, path } = endpoint
    return pRetry(() => this.#attempt(endpoint, url, message, options), {
      retries: policy ? policy.retries : 0,
      minTimeout: 0,
      shouldRetry: async ({ error, attemptNumber }) => {
        const delayMs = policy && retryDelay(error, method, attemptNumber, policy, clock.random())
        if (delayMs === false || delayMs === undefined || clock.monotonic() + delayMs >= end) return false
        const status = error instanceof ApiError ? { status: error.status } : {}
        emit('retry', { operation, method, path, attempt: attemptNumber, delayMs, ...status })
        await sleep(clock, delayMs, options.signal)
        return true
      },
    })
  }

  async #attempt(
    { operation, method, path }: Pick<Endpoint, 'operation' | 'method' | 'path'>,
    url: URL,
    message: Message,
    options: SendOptions & { readonly signal: AbortSignal },
  ): Promise<Answer> {
    const { signal, unbounded, intercept, observer = this.#options.observer } = options
    const { fetch, timeouts, toError, onDrift, headers } = this.#options
    const ms = unbounded ? Infinity : timeouts.attempt
    const error = (): Error => new TimeoutError(`${operation}: no answer within ${ms} ms`)
    const bounded = <T>(within: AbortSignal, task: (signal: AbortSignal) => Promise<T>): Promise<T> =>
      withDeadline(observer.clock, { ms, error, signal: within }, task)
    const observed = observedFetch(fetch, { operation, method, path }, observer)
    let authorization: string | null = null
    const response = await this.#ky(url, {
      method,
      headers: await mergeHeaders(headers, options.headers, message.headers),
      signal,
      // The deadline is the request's, not the wait's for a token to send it with.
      fetch: intercept((input) => {
        const request = input as Request
        authorization = request.headers.get('authorization')
        return bounded(request.signal, (within) => observed(request, { signal: within }))
      }) as typeof globalThis.fetch,
      ...(message.json !== undefined && { json: message.json }),
      ...(message.form && { body: new URLSearchParams(definedOf(message.form)) }),
    })
    const read = (redacted?: (text: string) => string): Promise<Body> =>
      bounded(signal, (within) => readBody(response, within, redacted)).catch((failure: unknown) => {
        throw failure instanceof LatchkeyError || signal.aborted ? failure : networkError(operation, failure)
      })
    if (response.ok) return new Answer(operation, response, await read(), onDrift)
    const secrets = secretsOf(message, authorization)
    const { json, foreign } = await read((text) => redact(text, secrets))
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

function write<Input>({ operation, input: schema, write }: Endpoint<Input>, input: Input): Message {
  if (!schema) return write?.(input) ?? {}
  const result = findIssues(schema, input)
  if (result.issues) throw new RequestValidationError(operation, result.issues)
  return write?.(result.value) ?? {}
}

function definedOf(form: NonNullable<Message['form']>): [string, string][] {
  return Object.entries(form).filter((field): field is [string, string] => field[1] !== undefined)
}

function asLatchkeyError(operation: string, error: unknown, signal: AbortSignal | undefined): Error {
  if (error instanceof LatchkeyError) return error
  if (signal?.aborted) {
    const platform = error instanceof DOMException ? { cause: error } : undefined
    return platform?.cause.name === 'TimeoutError'
      ? new TimeoutError(`${operation}: the caller's time was over`, platform)
      : new AbortedError(`${operation}: stopped by the caller`, platform)
  }
  return networkError(operation, error)
}
