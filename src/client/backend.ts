import { ApiError } from '../errors/api-error.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { RequestValidationError } from '../errors/request-validation-error.ts'
import type { CallOptions, HttpClient, SendOptions } from '../http/http-client.ts'
import type { Observer } from '../http/observed-fetch.ts'
import type { Judgement, Phase, SessionBackend, UnderLock } from '../session/protocol.ts'
import { type Authorize, authorizedFetch } from './authenticated-fetch.ts'
import type { Send, SessionProtocol } from './protocol.ts'

/** The server has said that it turned the request away without acting on it. */
const NOT_ACTED: ReadonlySet<number> = new Set([420, 429, 503])

/** Puts a protocol on a transport: what comes of it is an API as the engine wants to see it. */
export class ProtocolBackend<Credentials, Resource, Extra> {
  readonly #protocol: SessionProtocol<Credentials, Resource, Extra>
  readonly #http: HttpClient
  readonly #observer: Observer

  constructor(protocol: SessionProtocol<Credentials, Resource, Extra>, http: HttpClient, observer: Observer) {
    this.#protocol = protocol
    this.#http = http
    this.#observer = observer
  }

  /** The bare transport. */
  sender(options: Omit<SendOptions, 'intercept'> = {}): Send<Extra> {
    const authorize = this.#protocol.authorize.bind(this.#protocol) as Authorize
    return (endpoint, input, tokens) =>
      this.#http.send(endpoint, input, {
        ...options,
        intercept: (fetch) => authorizedFetch(authorize, tokens ?? null, fetch),
      })
  }

  /** Signs in, for one caller. */
  create(
    credentials: Credentials,
    options?: Omit<SendOptions, 'intercept'>,
  ): ReturnType<SessionBackend<Credentials, Resource, Extra>['create']> {
    if (!this.#protocol.create) throw new ConfigurationError('This API has no way to sign in: adopt tokens')
    return this.#protocol.create(this.sender(options), credentials)
  }

  /** Ends a session on the server; absent where the API has no such thing. */
  revoker(options?: CallOptions): SessionBackend<Credentials, Resource, Extra>['revoke'] {
    const { revoke } = this.#protocol
    return revoke && ((tokens) => revoke.call(this.#protocol, this.sender(options), tokens))
  }

  /** The API, as the engine sees it. */
  forEngine(audience: string): SessionBackend<Credentials, Resource, Extra> {
    const protocol = this.#protocol
    return {
      audience,
      refreshWindowMs: protocol.refreshWindowMs,
      early: protocol.early,
      repeatable: protocol.repeatable,
      ...(protocol.minimumLifeMs !== undefined && { minimumLifeMs: protocol.minimumLifeMs }),
      ...(protocol.supersedes && { supersedes: protocol.supersedes.bind(protocol) }),
      renewable: (tokens) =>
        protocol.refresh !== undefined &&
        (protocol.renewable?.(tokens) ?? (tokens.refreshToken ?? tokens.extra) !== undefined),
      create: (credentials, lock) => this.create(credentials, this.#under(lock)),
      refresh: async (tokens, lock) => {
        if (!protocol.refresh) throw new ConfigurationError('This API has no way to refresh')
        const unbounded = lock !== undefined && !protocol.repeatable
        return protocol.refresh(this.sender({ ...this.#under(lock), single: true, unbounded }), tokens)
      },
      revoke: this.revoker(),
      judge: (error, during) => this.#judge(error, during),
    }
  }

  /** No listener is called while the lock is held. */
  #under(lock: UnderLock | undefined): Pick<SendOptions, 'observer'> {
    if (!lock) return {}
    const { emit } = this.#observer
    return {
      observer: { ...this.#observer, emit: (type, event) => lock.afterwards(() => emit(type, event)) },
    }
  }

  #judge(error: unknown, during: Phase): Judgement {
    const failure = ApiError.failureOf(error)
    if (!failure) {
      const unsent = error instanceof ConfigurationError || error instanceof RequestValidationError
      return { verdict: 'transient', mayHaveActed: !unsent }
    }
    const { status, foreign, retryAfter } = failure
    const verdict = foreign ? 'transient' : this.#protocol.judge(failure, during)
    const turnedAway = NOT_ACTED.has(status) || (!foreign && status < 500 && status !== 408)
    return {
      verdict,
      mayHaveActed: verdict === 'transient' && !turnedAway,
      ...(retryAfter !== undefined && { retryAfterMs: retryAfter }),
    }
  }
}
