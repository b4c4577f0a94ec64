import { ApiError } from '../errors/api-error.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { mergeHeaders } from '../http/headers.ts'
import { asLatchkeyError, type CallOptions, HttpClient } from '../http/http-client.ts'
import { type Observer, readDate } from '../http/observed-fetch.ts'
import { retryPolicyOf } from '../http/retry-policy.ts'
import type { TransportEvents } from '../http/transport-events.ts'
import { Territory } from '../http/url.ts'
import type { Refreshed } from '../session/outcome.ts'
import type { Session } from '../session/session.ts'
import { SessionEngine } from '../session/session-engine.ts'
import { memoryStorage } from '../storage/memory-storage.ts'
import { systemClock } from '../support/clock.ts'
import { createEmitter, type Listen } from '../support/emitter.ts'
import type { Fetch } from '../support/fetch.ts'
import { type Authorize, authenticatedFetch, boundTo } from './authenticated-fetch.ts'
import { ProtocolBackend } from './backend.ts'
import { type SessionClientOptions, timeoutsOf } from './options.ts'
import type { SessionProtocol } from './protocol.ts'
import { sessionFetch } from './session-fetch.ts'

/**
 * A client for any session API that a {@link SessionProtocol} describes. The built-in clients are made of nothing else.
 *
 * @throws {ConfigurationError} From the constructor: an option is no good. It does no I/O.
 */
export class SessionClient<Credentials = unknown, Resource = unknown, Extra = unknown> {
  /** The session: its snapshot, its events, its token, its end. */
  readonly session: Session<Resource, Extra>
  /** Calls a listener at each request, answer and retry. */
  readonly on: Listen<TransportEvents>
  /**
   * A `fetch` that carries the session: hand it to whatever takes one. Paths go under the base URL.
   *
   * It resolves for every HTTP status, a last 401 included, and retries nothing but the replay after a refresh.
   *
   * @throws {ConfigurationError} The URL leads to an origin that is not authorized. Nothing was sent.
   * @throws {NoSessionError} Nobody is signed in. Nothing was sent.
   * @throws {SessionEndedError} The session that the request began with is over.
   * @throws {ApiError | TimeoutError | StorageError} The token has run out, and can't be renewed at the moment.
   * @throws {NetworkError} No answer came.
   */
  readonly fetch: Fetch
  readonly #engine: SessionEngine<Credentials, Resource, Extra>
  readonly #backend: ProtocolBackend<Credentials, Resource, Extra>
  readonly #http: HttpClient
  readonly #authorize: Authorize

  constructor(
    protocol: SessionProtocol<Credentials, Resource, Extra>,
    options: SessionClientOptions<Credentials>,
  ) {
    const { clock = systemClock, headers, fetchHeaders } = options
    const { on, emit } = createEmitter<TransportEvents>()
    const territory = new Territory(options.baseUrl, options.authorizedOrigins)
    const authorize = protocol.authorize.bind(protocol) as Authorize
    const fetch: Fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
    const timeouts = timeoutsOf(options.timeout)
    const observer: Observer = {
      clock,
      emit,
      onAnswer: (response, sentAt, receivedAt) => {
        const told = readDate(response, territory.origin)
        if (told !== undefined) engine.observeTime(told, sentAt, receivedAt)
      },
    }
    this.#http = new HttpClient({
      territory,
      fetch,
      headers,
      retry: retryPolicyOf(options.retry),
      timeouts,
      observer,
      toError: (failure) => protocol.toError?.(failure) ?? new ApiError(failure),
      onDrift: options.validation === 'report' ? (error) => engine.reportDrift(error) : undefined,
    })
    const audience = [protocol.name, territory.href, protocol.application].filter(Boolean).join(' ')
    this.#backend = new ProtocolBackend(protocol, this.#http, audience)
    const engine = new SessionEngine({
      backend: this.#backend,
      storage: options.storage ?? memoryStorage({ clock }),
      key: options.key ?? `latchkey ${audience}`,
      clock,
      keepAlive: options.keepAlive ?? false,
      reauthenticate: options.reauthenticate,
      timeoutMs: timeouts.total,
    })
    this.#engine = engine
    this.#authorize = authorize
    this.session = engine
    this.on = on
    this.fetch = sessionFetch({
      territory,
      authorize,
      fetch,
      observer,
      leases: () => boundTo(engine),
      headers: (own, signal) =>
        mergeHeaders(clock, { ms: timeouts.attempt, signal }, headers, fetchHeaders, own),
    })
  }

  /**
   * Calls one operation with the session: checked input, attempts, deadlines, checked answer.
   *
   * @throws {AnyLatchkeyError} As the operation's endpoint, the session and the transport say.
   */
  call<Output>(endpoint: Endpoint<void, Output>, input?: undefined, options?: CallOptions): Promise<Output>
  call<Input, Output>(
    endpoint: Endpoint<Input, Output>,
    input: NoInfer<Input>,
    options?: CallOptions,
  ): Promise<Output>
  call<Input, Output>(
    endpoint: Endpoint<Input, Output>,
    input: Input,
    options?: CallOptions,
  ): Promise<Output> {
    const session = boundTo(this.#engine, options)
    return this.#http.send(endpoint, input, {
      ...options,
      secrets: () => session.lease?.tokens,
      intercept: (fetch) => authenticatedFetch(session, this.#authorize, fetch),
    })
  }

  /** Calls one operation without the session. */
  callBare<Output>(
    endpoint: Endpoint<void, Output>,
    input?: undefined,
    options?: CallOptions,
  ): Promise<Output>
  callBare<Input, Output>(
    endpoint: Endpoint<Input, Output>,
    input: NoInfer<Input>,
    options?: CallOptions,
  ): Promise<Output>
  callBare<Input, Output>(
    endpoint: Endpoint<Input, Output>,
    input: Input,
    options?: CallOptions,
  ): Promise<Output> {
    return this.#backend.sender(options)(endpoint, input)
  }

  /**
   * Signs in.
   *
   * @throws {RequestValidationError} The credentials don't fit. Nothing was sent.
   * @throws {ApiError} The server said no. What was there before goes on.
   * @throws {SessionEndedError} A later sign-in or sign-out has overtaken this one.
   * @throws {ResponseValidationError} The answer is not as documented. If only its tokens are, the session has begun all the same.
   */
  createSession(credentials: Credentials, options?: CallOptions): Promise<Resource> {
    return this.#engine.begin(async () => this.#backend.create(credentials, options))
  }

  /**
   * Refreshes the session now, and answers what came with the new tokens; `undefined` if somebody else had just
   * refreshed it, or if that part of the answer was not as documented.
   *
   * @throws {NoSessionError | SessionEndedError | LatchkeyError} As {@link Session.refresh}.
   */
  async refreshSession(options?: CallOptions): Promise<Resource | undefined> {
    const outcome = await this.#engine.refresh(options).catch((error: unknown) => {
      throw asLatchkeyError('refreshSession', error, options?.signal)
    })
    return (outcome as Partial<Refreshed<Resource>>).resource
  }

  /**
   * Signs out: here, for all who share the storage, and on the server. The session is over here even if it rejects.
   *
   * @throws {LatchkeyError} The server could not be told.
   */
  async deleteSession(options?: CallOptions): Promise<void> {
    const { error } = await this.#engine.end(this.#backend.revoker(options))
    if (error) throw error
  }
}
