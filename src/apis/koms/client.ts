import type { ClientOptions } from '../../client/options.ts'
import { SessionClient } from '../../client/session-client.ts'
import { ConfigurationError } from '../../errors/configuration-error.ts'
import type { CallOptions } from '../../http/http-client.ts'
import type { TransportEvents } from '../../http/transport-events.ts'
import type { Session } from '../../session/session.ts'
import type { Listen } from '../../support/emitter.ts'
import type { Fetch } from '../../support/fetch.ts'
import { SENDABLE } from '../../support/schemas.ts'
import { createUser, getSession, getUser } from './endpoints.ts'
import { komsProtocol } from './protocol.ts'
import type { KomsCredentials, KomsMessage, KomsSession, KomsUser } from './types.ts'

/** Options of a {@link KomsClient}. */
export interface KomsClientOptions extends ClientOptions<KomsCredentials> {
  /** Where the service is deployed; its path is kept, as that of an API gateway's stage: `https://…/dev`. */
  readonly baseUrl: string | URL
  /** The id of the client application, sent as `x-koms-clientid`. */
  readonly clientId: string
}

/**
 * The KOMS session API.
 *
 * @example
 * ```ts
 * const koms = new KomsClient({ baseUrl: 'https://api.example.com/dev', clientId: 'my-app' })
 * await koms.createSession({ email: 'ada@example.com', password: 'C0rrect!horse' })
 * const { email } = await koms.getUser()
 * ```
 */
export class KomsClient {
  /** The session: its snapshot, its events, its token, its end. */
  readonly session: Session<KomsSession>
  /**
   * A `fetch` that carries the session and the client id. It resolves for every HTTP status.
   *
   * @throws {ConfigurationError | NoSessionError | SessionEndedError | NetworkError} As {@link SessionClient.fetch}.
   */
  readonly fetch: Fetch
  /** Calls a listener at each request, answer and retry. */
  readonly on: Listen<TransportEvents>
  readonly #client: SessionClient<KomsCredentials, KomsSession>

  /** @throws {ConfigurationError} An option is no good. */
  constructor(options: KomsClientOptions) {
    // What is absent from the environment is `undefined`, whatever its type says.
    if (!SENDABLE.test(options.clientId ?? ''))
      throw new ConfigurationError('clientId is missing, or not sendable')
    this.#client = new SessionClient(komsProtocol(options.clientId), options)
    this.session = this.#client.session
    this.fetch = this.#client.fetch
    this.on = this.#client.on
  }

  /**
   * Signs in: `POST /session`.
   *
   * @throws {RequestValidationError} Email or password is empty. Nothing was sent.
   * @throws {KomsApiError} `unknown_user`, `unsupported_account_type`; a wrong password is a `server_error`.
   * @throws {AnyLatchkeyError} As {@link SessionClient.createSession}.
   */
  createSession(credentials: KomsCredentials, options?: CallOptions): Promise<KomsSession> {
    return this.#client.createSession(credentials, options)
  }

  /**
   * Renews the access token now: `PUT /session`. There is seldom a need: every call does it in time. Before the token
   * has run out the service answers with the same one. If somebody else has just renewed it, the time left is fetched.
   *
   * @throws {NoSessionError | SessionEndedError} Nobody is signed in, or no longer.
   * @throws {AnyLatchkeyError} As {@link SessionClient.refreshSession}.
   */
  async refreshSession(options?: CallOptions): Promise<KomsSession> {
    return (await this.#client.refreshSession(options)) ?? this.getSession(options)
  }

  /**
   * Tells how much time is left: `GET /session`.
   *
   * @throws {NoSessionError | SessionEndedError} Nobody is signed in, or no longer.
   * @throws {AnyLatchkeyError} As {@link SessionClient.call}.
   */
  getSession(options?: CallOptions): Promise<KomsSession> {
    return this.#client.call(getSession, undefined, options)
  }

  /**
   * Signs out: `DELETE /session`. The session is over here even if the server could not be told.
   *
   * @throws {LatchkeyError} The server could not be told.
   */
  deleteSession(options?: CallOptions): Promise<void> {
    return this.#client.deleteSession(options)
  }

  /**
   * Signs up: `POST /user`. Nobody is signed in by it. For a known email whose password is right, the message is
   * `user already exists`.
   *
   * @throws {RequestValidationError} Email or password is empty. Nothing was sent.
   * @throws {KomsApiError} `weak_password`, `invalid_email`.
   * @throws {AnyLatchkeyError} As {@link SessionClient.callBare}.
   */
  createUser(credentials: KomsCredentials, options?: CallOptions): Promise<KomsMessage> {
    return this.#client.callBare(createUser, credentials, options)
  }

  /**
   * Fetches the signed-in user: `GET /user`.
   *
   * @throws {NoSessionError | SessionEndedError} Nobody is signed in, or no longer.
   * @throws {AnyLatchkeyError} As {@link SessionClient.call}.
   */
  getUser(options?: CallOptions): Promise<KomsUser> {
    return this.#client.call(getUser, undefined, options)
  }
}
