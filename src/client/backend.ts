import { ApiError, type ApiFailure } from '../errors/api-error.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { RequestValidationError } from '../errors/request-validation-error.ts'
import { readOf } from '../http/answer.ts'
import type { CallOptions, HttpClient, SendOptions } from '../http/http-client.ts'
import type { Grant, Judgement, Phase, SessionBackend, Verdict } from '../session/protocol.ts'
import { type Authorize, authorizedFetch } from './authenticated-fetch.ts'
import type { Send, SessionProtocol } from './protocol.ts'

/** The server has said that it turned the request away without acting on it. */
const NOT_ACTED: ReadonlySet<number> = new Set([420, 429, 503])

/** Puts a protocol on a transport: what comes of it is an API as the engine wants to see it. */
export class ProtocolBackend<Credentials, Resource, Extra> {
  readonly #protocol: SessionProtocol<Credentials, Resource, Extra>
  readonly #http: HttpClient

  constructor(protocol: SessionProtocol<Credentials, Resource, Extra>, http: HttpClient) {
    this.#protocol = protocol
    this.#http = http
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

  /** The API, as the engine sees it. */
  forEngine(audience: string): SessionBackend<Credentials, Resource, Extra> {
    const protocol = this.#protocol
    const { refreshWindowMs, early, repeatable, minimumLifeMs = 0, supersedes } = protocol
    return {
      audience,
      refreshWindowMs,
      early,
      repeatable,
      minimumLifeMs,
      ...(supersedes && { supersedes: supersedes.bind(protocol) }),
      renewable: (tokens) =>
        protocol.refresh !== undefined &&
        (protocol.renewable?.(tokens) ?? (tokens.refreshToken ?? tokens.extra) !== undefined),
      create: (credentials, lock) => this.create(credentials, lock),
      refresh: (tokens, lock) => {
        const send = this.sender({ ...lock, single: true, unbounded: lock !== undefined && !repeatable })
        return granted('refreshSession', protocol.refresh?.(send, tokens))
      },
      revoke: this.revoker(),
      judge: (error, during) => this.#judge(error, during),
    }
  }

  #judge(error: unknown, during: Phase): Judgement {
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
