import { ApiError } from '../errors/api-error.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { mergeHeaders } from '../http/headers.ts'
import { asLatchkeyError, type CallOptions, HttpClient } from '../http/http-client.ts'
import { type Observer, observedFetch } from '../http/observed-fetch.ts'
import { retryPolicyOf } from '../http/retry-policy.ts'
import type { TransportEvents } from '../http/transport-events.ts'
import { Territory } from '../http/url.ts'
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

/**
 * A client for any session API that a {@link SessionProtocol} describes. The built-in clients are made of nothing else.
 *
 * @throws {ConfigurationError} From the constructor: an option is no good. It does no I/O.
 */
export class SessionClient<Credentials = unknown, Resource = unknown, Extra = unknown> {
  /** The session: its snapshot, its events, its token, its end. */
  readonly session: Session<Resource, Extra>
  readonly #engine: SessionEngine<Credentials, Resource, Extra>
  readonly #backend: ProtocolBackend<Credentials, Resource, Extra>
  readonly #http: HttpClient
  readonly #events = createEmitter<TransportEvents>()
  readonly #authorize: Authorize
  readonly #territory: Territory
  readonly #options: SessionClientOptions<Credentials>
  readonly #fetch: Fetch
  readonly #observer: Observer

  constructor(
    protocol: SessionProtocol<Credentials, Resource, Extra>,
    options: SessionClientOptions<Credentials>,
  ) {
    const { clock = systemClock, retry, validation = 'strict' } = options
    this.#options = options
    this.#territory = new Territory(options.baseUrl, options.authorizedOrigins)
    this.#authorize = protocol.authorize.bind(protocol) as Authorize
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
    this.#observer = {
      clock,
      emit: this.#events.emit,
      onAnswer: (response, sentAt, receivedAt) => this.#observeTime(response, sentAt, receivedAt),
    }
    const timeouts = timeoutsOf(options.timeout)
    this.#http = new HttpClient({
      territory: this.#territory,
      fetch: this.#fetch,
      headers: options.headers,
      retry: retryPolicyOf(retry),
      timeouts,
      observer: this.#observer,
      toError: (failure) => protocol.toError?.(failure) ?? new ApiError(failure),
      onDrift: validation === 'report' ? (error) => this.#engine.reportDrift(error) : undefined,
    })
    this.#backend = new ProtocolBackend(protocol, this.#http, this.#observer)
    const audience = [protocol.name, this.#territory.base.href, protocol.application]
      .filter(Boolean)
      .join(' ')
    this.#engine = new SessionEngine({
      backend: this.#backend.forEngine(audience),
      storage: options.storage ?? memoryStorage({ clock }),
      key: options.key ?? `latchkey ${audience}`,
      clock,
      keepAlive: options.keepAlive ?? false,
      reauthenticate: options.reauthenticate,
      timeoutMs: timeouts.total,
    })
    this.session = this.#engine
  }

  /** Calls a listener at each request, answer and retry. */
  readonly on: Listen<TransportEvents> = this.#events.on

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
  readonly fetch: Fetch = async (input, init) => {
    const session = boundTo(this.#engine)
    const request = input instanceof Request ? input : undefined
    const url = this.#territory.resolve(request ? request.url : (input as string | URL))
    const { headers, fetchHeaders } = this.#options
    const own = init?.headers ?? request?.headers
    const merged = await mergeHeaders(headers, await mergeHeaders(fetchHeaders), own)
    const method = (init?.method ?? request?.method ?? 'GET').toUpperCase()
    const observed = observedFetch(this.#fetch, { operation: 'fetch', method }, this.#observer)
    const carried = authenticatedFetch(session, this.#authorize, observed)
    return carried(request ?? url, { ...init, headers: merged })
  }

  /**
   * Calls one operation with the session: checked input, attempts, deadlines, checked answer.
   *
   * @throws {AnyLatchkeyError} As the operation's endpoint, the session and the transport say.
   */
  call<Input, Output>(
    endpoint: Endpoint<Input, Output>,
    input: Input,
    options?: CallOptions,
  ): Promise<Output> {
    const timeout = options?.timeout
    const session = boundTo(this.#engine, timeout === undefined ? {} : { timeout })
    return this.#http.send(endpoint, input, {
      ...options,
      intercept: (fetch) => authenticatedFetch(session, this.#authorize, fetch),
    })
  }

  /** Calls one operation without the session. */
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
    return 'resource' in outcome ? outcome.resource : undefined
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

  /** The server's clock can be read off an answer of its own that no cache has kept. */
  #observeTime({ headers, url }: Response, sentAt: number, receivedAt: number): void {
    if (Number(headers.get('age')) > 0 || (url && new URL(url).origin !== this.#territory.base.origin)) return
    const told = Date.parse(headers.get('date') ?? '')
    if (!Number.isNaN(told)) this.#engine.observeTime(told, sentAt, receivedAt)
  }
}
