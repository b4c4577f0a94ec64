import { baseUrlOf, type ClientOptions } from '../../client/options.ts'
import { SessionClient } from '../../client/session-client.ts'
import type { CallOptions } from '../../http/http-client.ts'
import type { TransportEvents } from '../../http/transport-events.ts'
import type { Session } from '../../session/session.ts'
import type { Listen } from '../../support/emitter.ts'
import type { Fetch } from '../../support/fetch.ts'
import { getSession } from './endpoints.ts'
import { saferMeProtocol } from './protocol.ts'
import type { SaferMeCredentials, SaferMeSession } from './types.ts'

/** Where SaferMe is. */
const BASE_URL = 'https://api.safer.me'
/** The app that SaferMe's own users have. */
const APP_BUNDLE_ID = 'com.thundermaps.saferme'

/** Options of a {@link SaferMeClient}. */
export interface SaferMeClientOptions extends ClientOptions<SaferMeCredentials> {
  /** Where the API is. Default: `https://api.safer.me`. */
  readonly baseUrl?: string | URL
  /** The app's bundle id, in sign-ins and as `X-AppID`. Default: `com.thundermaps.saferme`. */
  readonly appBundleId?: string
  /** The team that `fetch` speaks for, as `X-TeamID`; a function is asked at each call. Default: none. */
  readonly teamId?: number | string | (() => number | string | undefined)
}

/**
 * SaferMe's session API, v4.
 *
 * @example
 * ```ts
 * const saferme = new SaferMeClient()
 * await saferme.createSession({ email: 'ada@example.com', password: 'correct horse' })
 * const response = await saferme.fetch('/api/v4/reports')
 * ```
 * @see SaferMe API v4, "Sessions"
 */
export class SaferMeClient {
  /** The session: its snapshot, its events, its token, its end. */
  readonly session: Session<SaferMeSession>
  /**
   * A `fetch` that carries the session, `X-AppID` and `X-TeamID`. It resolves for every HTTP status.
   *
   * @throws {ConfigurationError | NoSessionError | SessionEndedError | NetworkError} As {@link SessionClient.fetch}.
   */
  readonly fetch: Fetch
  /** Calls a listener at each request, answer and retry. */
  readonly on: Listen<TransportEvents>
  readonly #client: SessionClient<SaferMeCredentials, SaferMeSession>

  /** @throws {ConfigurationError} An option is no good. */
  constructor(options: SaferMeClientOptions = {}) {
    const { appBundleId = APP_BUNDLE_ID, teamId } = options
    this.#client = new SessionClient(saferMeProtocol(appBundleId), {
      ...options,
      baseUrl: baseUrlOf(options, BASE_URL),
      fetchHeaders: () => {
        const team = typeof teamId === 'function' ? teamId() : teamId
        return { 'X-AppID': appBundleId, ...(team !== undefined && { 'X-TeamID': String(team) }) }
      },
    })
    this.session = this.#client.session
    this.fetch = this.#client.fetch
    this.on = this.#client.on
  }

  /**
   * Signs in: `POST /api/v4/session`.
   *
   * @throws {RequestValidationError} Email or password is empty. Nothing was sent.
   * @throws {SaferMeApiError} 401: they are wrong. 422: `isAccountLocked`, or what `fields` says.
   * @throws {AnyLatchkeyError} As {@link SessionClient.createSession}.
   */
  createSession(credentials: SaferMeCredentials, options?: CallOptions): Promise<SaferMeSession> {
    return this.#client.createSession(credentials, options)
  }

  /**
   * Fetches the current session: `GET /api/v4/session`.
   *
   * @throws {NoSessionError | SessionEndedError} Nobody is signed in, or no longer.
   * @throws {AnyLatchkeyError} As {@link SessionClient.call}.
   */
  getSession(options?: CallOptions): Promise<SaferMeSession> {
    return this.#client.call(getSession, undefined, options)
  }

  /**
   * Exchanges the tokens for new ones now: `PATCH /api/v4/session`. There is seldom a need: every call does it in time.
   * If somebody else has just done it, the session is fetched instead.
   *
   * @throws {NoSessionError | SessionEndedError} Nobody is signed in, or no longer.
   * @throws {AnyLatchkeyError} As {@link SessionClient.refreshSession}.
   */
  async refreshSession(options?: CallOptions): Promise<SaferMeSession> {
    return (await this.#client.refreshSession(options)) ?? this.getSession(options)
  }

  /**
   * Signs out: `DELETE /api/v4/session`. The session is over here even if the server could not be told.
   *
   * @throws {LatchkeyError} The server could not be told.
   */
  deleteSession(options?: CallOptions): Promise<void> {
    return this.#client.deleteSession(options)
  }
}
