import type { CallOptions } from '../../http/http-client.ts'
import type { TransportEvents } from '../../http/transport-events.ts'
import type { Session, WaitOptions } from '../../session/session.ts'
import { createEmitter, type Listen } from '../../support/emitter.ts'
import type { Fetch } from '../../support/fetch.ts'
import { ActiveSession } from './active-session.ts'
import { backEndFetch } from './back-end-fetch.ts'
import { ClerkConnection } from './connection.ts'
import * as endpoints from './endpoints.ts'
import { KnownClient } from './known-client.ts'
import type { ClerkClientOptions } from './options.ts'
import type {
  ClerkAttemptFirstFactorInput,
  ClerkAttemptSecondFactorInput,
  ClerkPrepareFirstFactorInput,
  ClerkPrepareSecondFactorInput,
  ClerkReverificationInput,
  ClerkSessionReverification,
} from './reverification-types.ts'
import { type ClerkReverifyInput, runReverification } from './reverify.ts'
import type {
  ClerkClientResource,
  ClerkSession,
  ClerkToken,
  ClerkTokenInput,
  ClerkTouchInput,
} from './types.ts'

/** Which session token is asked for. */
export interface ClerkGetTokenOptions extends WaitOptions {
  /** Default: the active session. */
  readonly sessionId?: string
  /** A JWT template. Default: Clerk's own token. */
  readonly template?: string
  /** The organization that the token is for; `null`: the personal account. Default: the session's own. */
  readonly organizationId?: string | null
  /** Fetches a token now, for this caller alone, whatever is at hand. Default: `false`. */
  readonly skipCache?: boolean
}

/**
 * Clerk's Frontend API: the sessions of one client, and their tokens.
 *
 * @example
 * ```ts
 * const clerk = new ClerkClient({
 *   publishableKey: 'pk_test_Y2xlcmsuZXhhbXBsZS5jb20k',
 *   authorizedOrigins: ['https://api.example.com'],
 * })
 * const client = await clerk.getClient()
 * const response = await clerk.fetch('/reports')
 * ```
 * @see Clerk Frontend API, "Sessions"
 */
export class ClerkClient {
  /** Calls a listener at each request, answer and retry. */
  readonly on: Listen<TransportEvents>
  /** The active session, whichever that is: its snapshot, its events, its token, its end. */
  readonly session: Session<void, unknown>
  readonly #known: KnownClient

  /** @throws {ConfigurationError} An option is no good. */
  constructor(options: ClerkClientOptions) {
    const { on, emit } = createEmitter<TransportEvents>()
    const connection = new ClerkConnection(
      options,
      emit,
      (error) => session.reportDrift(error),
      () => this.#known.tokens.secrets,
    )
    this.#known = new KnownClient(connection)
    const session = new ActiveSession(this.#known)
    this.session = session
    this.fetch = backEndFetch(options.authorizedOrigins ?? [], this.#known, connection)
    this.on = on
  }

  /** The client as answers last told of it, without its sessions' tokens; `null`: not yet, or there is none. */
  get client(): ClerkClientResource | null {
    return this.#known.resource ?? null
  }

  /**
   * A `fetch` that carries the active session's token to your own back end, fetched and renewed in time. It
   * resolves for every HTTP status.
   *
   * @throws {ConfigurationError} The URL leads to an origin that is not in `authorizedOrigins`. Nothing was sent.
   * @throws {NoSessionError | SessionEndedError | ClerkApiError | NetworkError} There is no token to be had, or no answer came.
   */
  readonly fetch: Fetch

  /**
   * A session token that is good now: from memory, while more than five seconds of it are left.
   *
   * @throws {RequestValidationError} An id or a template's name is no good. Nothing was sent.
   * @throws {NoSessionError} Nobody is signed in.
   * @throws {ClerkApiError} 404: there is no such session, template or organization.
   * @throws {AnyLatchkeyError} As {@link SessionClient.call}.
   */
  async getToken(options: ClerkGetTokenOptions = {}): Promise<string> {
    const { sessionId, template, organizationId: organization, skipCache, ...wait } = options
    const key = { session: sessionId ?? (await this.#known.activeSession(wait)), template, organization }
    return skipCache ? this.#known.tokens.forced(key, wait) : this.#known.tokens.token(key, wait)
  }

  /**
   * Fetches the client: `GET /v1/client`. `null`: there is none, so nobody is signed in.
   *
   * @throws {ClerkApiError} 403: the user is locked, banned or deactivated.
   * @throws {AnyLatchkeyError} As {@link SessionClient.call}.
   */
  getClient(options?: CallOptions): Promise<ClerkClientResource | null> {
    return this.#known.call(endpoints.getClient, undefined, options)
  }

  /**
   * Removes all sessions: `DELETE /v1/client/sessions`. Their tokens are forgotten.
   *
   * @throws {ClerkApiError} 401: nobody is signed in.
   * @throws {AnyLatchkeyError} As {@link SessionClient.call}.
   */
  removeSessions(options?: CallOptions): Promise<ClerkClientResource | null> {
    return this.#known.call(endpoints.removeSessions, undefined, options, {})
  }

  /**
   * Fetches a session: `GET /v1/client/sessions/{id}`.
   *
   * @throws {RequestValidationError} The id is no good. Nothing was sent.
   * @throws {ClerkApiError} 401: nobody is signed in. 404: there is no such session.
   * @throws {AnyLatchkeyError} As {@link SessionClient.call}.
   */
  getSession(session_id: string, options?: CallOptions): Promise<ClerkSession> {
    return this.#known.call(endpoints.getSession, { session_id }, options)
  }

  /**
   * Tells that a session is in use, or activates it or an organization: `POST /v1/client/sessions/{id}/touch`. Where
   * it changes the organization, the session's tokens are forgotten.
   *
   * @throws {RequestValidationError} An id or the intent is no good. Nothing was sent.
   * @throws {ClerkApiError} 401: nobody is signed in. 404: there is no such session or organization.
   * @throws {AnyLatchkeyError} As {@link SessionClient.call}.
   */
  touchSession(
    session_id: string,
    input: ClerkTouchInput = {},
    options?: CallOptions,
  ): Promise<ClerkSession> {
    const stale =
      input.active_organization_id === undefined ? undefined : { session: session_id, successors: true }
    return this.#known.call(endpoints.touchSession, { ...input, session_id }, options, stale)
  }

  /**
   * Ends a session, and forgets its tokens: `POST /v1/client/sessions/{id}/end`.
   *
   * @throws {RequestValidationError} The id is no good. Nothing was sent.
   * @throws {ClerkApiError} 401: nobody is signed in. 404: there is no such session.
   * @throws {AnyLatchkeyError} As {@link SessionClient.call}.
   */
  endSession(session_id: string, options?: CallOptions): Promise<ClerkSession> {
    return this.#known.call(endpoints.endSession, { session_id }, options, { session: session_id })
  }

  /**
   * Removes a session, and forgets its tokens: `POST /v1/client/sessions/{id}/remove`.
   *
   * @throws {RequestValidationError} The id is no good. Nothing was sent.
   * @throws {ClerkApiError} 401: nobody is signed in. 404: there is no such session.
   * @throws {AnyLatchkeyError} As {@link SessionClient.call}.
   */
  removeSession(session_id: string, options?: CallOptions): Promise<ClerkSession> {
    return this.#known.call(endpoints.removeSession, { session_id }, options, { session: session_id })
  }

  /**
   * Mints a session token: `POST /v1/client/sessions/{id}/tokens`. {@link getToken} does so only where it has to.
   *
   * @throws {RequestValidationError} An id is no good. Nothing was sent.
   * @throws {ClerkApiError} 401: nobody is signed in. 404: there is no such session or organization.
   * @throws {AnyLatchkeyError} As {@link SessionClient.call}.
   */
  createSessionToken(
    session_id: string,
    input: ClerkTokenInput = {},
    options?: CallOptions,
  ): Promise<ClerkToken> {
    const { organization_id: organization } = { ...input }
    return this.#known.mint({ session: session_id, organization }, options)
  }

  /**
   * Mints a session token by a JWT template: `POST /v1/client/sessions/{id}/tokens/{template_name}`.
   *
   * @throws {RequestValidationError} The id or the template's name is no good. Nothing was sent.
   * @throws {ClerkApiError} 401: nobody is signed in. 404: there is no such session or template.
   * @throws {AnyLatchkeyError} As {@link SessionClient.call}.
   */
  createSessionTokenWithTemplate(
    session_id: string,
    template_name: string,
    options?: CallOptions,
  ): Promise<ClerkToken> {
    return this.#known.mint({ session: session_id, template: template_name ?? '' }, options)
  }

  /**
   * Starts a reverification: `POST /v1/client/sessions/{id}/verify`. The level to believe is the answer's.
   *
   * @throws {RequestValidationError} The id or the level is no good. Nothing was sent.
   * @throws {ClerkApiError} 401: nobody is signed in. 404: there is no such session.
   * @throws {AnyLatchkeyError} As {@link SessionClient.call}.
   */
  startReverification(
    session_id: string,
    input: ClerkReverificationInput,
    options?: CallOptions,
  ): Promise<ClerkSessionReverification> {
    return this.#known.call(endpoints.startReverification, { ...input, session_id }, options)
  }

  /**
   * Prepares a first factor: `POST …/verify/prepare_first_factor`.
   *
   * @throws {RequestValidationError} The id, the strategy or what belongs to it is no good. Nothing was sent.
   * @throws {ClerkApiError} 401: nobody is signed in. 404: there is no such session. 429: too many codes were asked for.
   * @throws {AnyLatchkeyError} As {@link SessionClient.call}.
   */
  prepareFirstFactor(
    session_id: string,
    input: ClerkPrepareFirstFactorInput,
    options?: CallOptions,
  ): Promise<ClerkSessionReverification> {
    return this.#known.call(endpoints.prepareFirstFactor, { ...input, session_id }, options)
  }

  /**
   * Verifies a first factor: `POST …/verify/attempt_first_factor`.
   *
   * @throws {RequestValidationError} The id, the strategy or what belongs to it is no good. Nothing was sent.
   * @throws {ClerkApiError} 401: nobody is signed in. 422: the code or the password is wrong. 400: the verification has run out, has failed or is over.
   * @throws {AnyLatchkeyError} As {@link SessionClient.call}.
   */
  attemptFirstFactor(
    session_id: string,
    input: ClerkAttemptFirstFactorInput,
    options?: CallOptions,
  ): Promise<ClerkSessionReverification> {
    return this.#known.call(endpoints.attemptFirstFactor, { ...input, session_id }, options)
  }

  /**
   * Prepares a second factor: `POST …/verify/prepare_second_factor`.
   *
   * @throws {RequestValidationError} The id, the strategy or what belongs to it is no good. Nothing was sent.
   * @throws {ClerkApiError} 401: nobody is signed in. 404: there is no such session. 429: too many codes were asked for.
   * @throws {AnyLatchkeyError} As {@link SessionClient.call}.
   */
  prepareSecondFactor(
    session_id: string,
    input: ClerkPrepareSecondFactorInput,
    options?: CallOptions,
  ): Promise<ClerkSessionReverification> {
    return this.#known.call(endpoints.prepareSecondFactor, { ...input, session_id }, options)
  }

  /**
   * Verifies a second factor: `POST …/verify/attempt_second_factor`.
   *
   * @throws {RequestValidationError} The id, the strategy or what belongs to it is no good. Nothing was sent.
   * @throws {ClerkApiError} 401: nobody is signed in. 422: the code or the password is wrong. 400: the verification has run out, has failed or is over.
   * @throws {AnyLatchkeyError} As {@link SessionClient.call}.
   */
  attemptSecondFactor(
    session_id: string,
    input: ClerkAttemptSecondFactorInput,
    options?: CallOptions,
  ): Promise<ClerkSessionReverification> {
    return this.#known.call(endpoints.attemptSecondFactor, { ...input, session_id }, options)
  }

  /**
   * Leads a user through a reverification: as many factors as the answers ask for.
   *
   * @throws {ConfigurationError} The user has no factor that is asked for, or one was chosen that no code verifies.
   * @throws {ClerkApiError} `form_code_incorrect`, `form_password_incorrect`, `verification_expired` and the like.
   */
  reverify(
    session_id: string,
    input: ClerkReverifyInput,
    options?: CallOptions,
  ): Promise<ClerkSessionReverification> {
    return runReverification(
      {
        start: (level) => this.startReverification(session_id, { level }, options),
        prepare: (stage, factor) =>
          this[stage === 'first' ? 'prepareFirstFactor' : 'prepareSecondFactor'](session_id, factor, options),
        attempt: (stage, factor) =>
          this[stage === 'first' ? 'attemptFirstFactor' : 'attemptSecondFactor'](session_id, factor, options),
      },
      input,
    )
  }

  /** Stops timers and watching, and waits for what must not be cut off. The sessions themselves live on. */
  close(): Promise<void> {
    return this.session.close()
  }
}
