import { ApiError, type ApiFailure } from '../errors/api-error.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { RequestValidationError } from '../errors/request-validation-error.ts'
import { readOf } from '../http/answer.ts'
import type { CallOptions, HttpClient, SendOptions } from '../http/http-client.ts'
import type {
  EarlyRefresh,
  Grant,
  Judgement,
  Phase,
  SessionBackend,
  TokenSet,
  UnderLock,
  Verdict,
} from '../session/protocol.ts'
import { type Authorize, authorizedFetch } from './authenticated-fetch.ts'
import type { Send, SessionProtocol } from './protocol.ts'

/** The server has said that it turned the request away without acting on it. */
const NOT_ACTED: ReadonlySet<number> = new Set([420, 429, 503])

/**
 * Puts a protocol on a transport: what comes of it is an API as the engine wants to see it. With methods, not functions
 * of its own: there are as many of these as there are clients.
 */
export class ProtocolBackend<Credentials, Resource, Extra>
  implements SessionBackend<Credentials, Resource, Extra>
{
  readonly audience: string
  readonly supersedes?: (candidate: TokenSet<Extra>, current: TokenSet<Extra>) => boolean
  readonly #protocol: SessionProtocol<Credentials, Resource, Extra>
  readonly #http: HttpClient

  constructor(protocol: SessionProtocol<Credentials, Resource, Extra>, http: HttpClient, audience: string) {
    this.#protocol = protocol
    this.#http = http
    this.audience = audience
    if (protocol.supersedes) this.supersedes = protocol.supersedes.bind(protocol)
  }

  get refreshWindowMs(): number {
    return this.#protocol.refreshWindowMs
  }

  get early(): EarlyRefresh {
    return this.#protocol.early
  }

  get repeatable(): boolean {
    return this.#protocol.repeatable
  }

  get minimumLifeMs(): number {
    return this.#protocol.minimumLifeMs ?? 0
  }

  /** The bare transport. */
  sender(options: Omit<SendOptions, 'intercept'> = {}): Send<Extra> {
    const authorize = this.#protocol.authorize.bind(this.#protocol) as Authorize
    return (endpoint, input, tokens) =>
      this.#http.send(endpoint, input, {
        ...options,
        secrets: () => tokens,
        intercept: (fetch) => authorizedFetch(authorize, tokens ?? null, fetch),
      })
  }

  /** Signs in, for one caller. */
  create(
    credentials: Credentials,
    options?: Omit<SendOptions, 'intercept'>,
  ): Promise<Grant<Resource, Extra>> {
    return granted('createSession', this.#protocol.create?.(this.sender(options), credentials))
  }

  /** Ends a session on the server; absent where the API has no such thing. */
  revoker(options?: CallOptions): SessionBackend<Credentials, Resource, Extra>['revoke'] {
    const { revoke } = this.#protocol
    return revoke && ((tokens) => revoke.call(this.#protocol, this.sender(options), tokens))
  }

  get revoke(): SessionBackend<Credentials, Resource, Extra>['revoke'] {
    return this.revoker()
  }

  renewable(tokens: TokenSet<Extra>): boolean {
    const protocol = this.#protocol
    if (!protocol.refresh) return false
    return protocol.renewable?.(tokens) ?? (tokens.refreshToken ?? tokens.extra) !== undefined
  }

  refresh(tokens: TokenSet<Extra>, lock?: UnderLock): Promise<Grant<Resource, Extra>> {
    const send = this.sender({ ...lock, single: true, unbounded: lock !== undefined && !this.repeatable })
    return granted('refreshSession', this.#protocol.refresh?.(send, tokens))
  }

  judge(error: unknown, during: Phase): Judgement {
    const failure = ApiError.failureOf(error)
    if (!failure) {
      const unsent = error instanceof ConfigurationError || error instanceof RequestValidationError
      return { verdict: 'transient', mayHaveActed: !unsent }
    }
    const { status, foreign, retryAfter } = failure
    const own = (): Verdict => this.#protocol.judge?.(failure, during) ?? judgeByStatus(failure, during)
    const verdict = foreign ? 'transient' : own()
    const turnedAway = NOT_ACTED.has(status) || (!foreign && isTurnedAway(status))
    return {
      verdict,
      mayHaveActed: verdict === 'transient' && !turnedAway,
      ...(retryAfter !== undefined && { retryAfterMs: retryAfter }),
    }
  }
}

/** The API itself would have none of it. */
function isTurnedAway(status: number): boolean {
  return status < 500 && status !== 408
}

/** What a protocol's own code throws may quote the answer that it reads. */
async function granted<Resource, Extra>(
  operation: string,
  granting: Promise<Grant<Resource, Extra>> | undefined,
): Promise<Grant<Resource, Extra>> {
  const grant = await granting
  if (!grant) throw new ConfigurationError(`${operation}: this API has no such thing`)
  return { tokens: grant.tokens, resource: () => readOf({ operation, status: 200 }, () => grant.resource()) }
}

/** What most APIs mean, for protocols that don't say. */
function judgeByStatus({ status, body }: ApiFailure, during: Phase): Verdict {
  if (during === 'create') return isTurnedAway(status) && !NOT_ACTED.has(status) ? 'fault' : 'transient'
  return status === 401 || Object(body).error === 'invalid_grant' ? 'revoked' : 'transient'
}
