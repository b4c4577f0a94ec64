import { baseUrlOf, type ClientOptions } from '../../client/options.ts'
import { SessionClient } from '../../client/session-client.ts'
import type { CallOptions } from '../../http/http-client.ts'
import type { TransportEvents } from '../../http/transport-events.ts'
import type { Session } from '../../session/session.ts'
import type { Listen } from '../../support/emitter.ts'
import type { Fetch } from '../../support/fetch.ts'
import { zelfProtocol } from './protocol.ts'
import type { ZelfCredentials, ZelfSession } from './types.ts'

/** Where Zelf is. */
const BASE_URL = 'https://api.zelf.world'

/** Options of a {@link ZelfClient}. */
export interface ZelfClientOptions extends ClientOptions<ZelfCredentials> {
  /** Where the API is. Default: `https://api.zelf.world`; in development it is `http://localhost:3002`. */
  readonly baseUrl?: string | URL
}

/**
 * Zelf's device session API. The session renews itself under the identifier that it was created for;
 * `session.end()` forgets it.
 *
 * @example
 * ```ts
 * const zelf = new ZelfClient()
 * await zelf.createSession({ identifier: 'device-1' })
 * const response = await zelf.fetch('/api/clients')
 * ```
 */
export class ZelfClient {
  /** The session: its snapshot, its events, its token, its end. */
  readonly session: Session<ZelfSession, string>
  /**
   * A `fetch` that carries the session. It resolves for every HTTP status.
   *
   * @throws {ConfigurationError | NoSessionError | SessionEndedError | NetworkError} As {@link SessionClient.fetch}.
   */
  readonly fetch: Fetch
  /** Calls a listener at each request, answer and retry. */
  readonly on: Listen<TransportEvents>
  readonly #client: SessionClient<ZelfCredentials, ZelfSession, string>

  /** @throws {ConfigurationError} An option is no good. */
  constructor(options: ZelfClientOptions = {}) {
    this.#client = new SessionClient(zelfProtocol(), { ...options, baseUrl: baseUrlOf(options, BASE_URL) })
    this.session = this.#client.session
    this.fetch = this.#client.fetch
    this.on = this.#client.on
  }

  /**
   * Makes a session for a device: `POST /api/sessions`.
   *
   * @throws {RequestValidationError} The identifier is empty, or longer than 1,024 characters. Nothing was sent.
   * @throws {ZelfApiError} 400: the server does not take the identifier.
   * @throws {AnyLatchkeyError} As {@link SessionClient.createSession}.
   */
  createSession(credentials: ZelfCredentials, options?: CallOptions): Promise<ZelfSession> {
    return this.#client.createSession(credentials, options)
  }
}
