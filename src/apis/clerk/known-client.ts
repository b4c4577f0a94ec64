import { ApiError } from '../../errors/api-error.ts'
import { NoSessionError } from '../../errors/no-session-error.ts'
import type { Endpoint } from '../../http/endpoint.ts'
import type { CallOptions } from '../../http/http-client.ts'
import type { ClerkConnection } from './connection.ts'
import { type ClerkAnswer, endSession, getClient } from './endpoints.ts'
import { ClerkApiError, isCaptchaNeeded, isSignedOut } from './errors.ts'
import { judgeMinting, mint } from './minting.ts'
import { ClerkTokenCache } from './token-cache.ts'
import type { ClerkClientResource, ClerkSession } from './types.ts'

/** What is known of one Clerk client: its sessions, from what rides along in answers, and their tokens. */
export class KnownClient {
  readonly tokens: ClerkTokenCache
  readonly #connection: ClerkConnection
  #resource: ClerkClientResource | null = null

  constructor(connection: ClerkConnection) {
    this.#connection = connection
    this.tokens = new ClerkTokenCache({
      ...connection,
      mint: (key, last) => mint(connection, key, last),
      judge: judgeMinting,
      end: (session_id) => connection.send(endSession, { session_id }),
    })
  }

  /** The client as it was last told of; `null`: not yet, or there is none. */
  get resource(): ClerkClientResource | null {
    return this.#resource
  }

  /**
   * Calls one operation, and learns from its answer.
   *
   * @param stale the session whose tokens the operation makes worthless; `null`: all
   */
  async call<Input, Response>(
    endpoint: Endpoint<Input, ClerkAnswer<Response>>,
    input: Input,
    options?: CallOptions,
    stale?: string | null,
  ): Promise<Response> {
    try {
      const { response, client } = await this.#connection.send(endpoint, input, options)
      if (stale !== undefined) await this.tokens.drop(stale ?? undefined)
      await this.#learn(client)
      return response
    } catch (error) {
      await this.#doubt(error, endpoint)
      throw error
    }
  }

  /**
   * The session that is active.
   *
   * @throws {NoSessionError} Nobody is signed in.
   */
  async activeSession(options?: CallOptions): Promise<string> {
    if (!this.activeId) await this.call(getClient, undefined, options)
    if (!this.activeId) throw new NoSessionError()
    return this.activeId
  }

  /** The id of the session that is active, as far as is known. */
  get activeId(): string | undefined {
    const active = this.#resource?.sessions.filter(({ status }) => status === 'active')
    const last = this.#resource?.last_active_session_id
    return (active?.find(({ id }) => id === last) ?? active?.[0])?.id
  }

  async #learn(client: ClerkClientResource | null | undefined): Promise<void> {
    if (client === undefined) return
    this.#resource = client
    await Promise.all((client?.sessions ?? []).map((session) => this.#seed(session)))
  }

  async #seed({ id, last_active_token }: ClerkSession): Promise<void> {
    if (last_active_token) await this.tokens.seed({ session: id }, last_active_token.jwt)
  }

  /** A 401 ends what is known if it is final; of any other, the server is asked who is still signed in. */
  async #doubt(error: unknown, { operation }: Pick<Endpoint, 'operation'>): Promise<void> {
    await this.#learn(ClerkApiError.clientOf(error))
    if (isSignedOut(error)) {
      this.#resource = null
      await this.tokens.drop()
    } else if (
      ApiError.failureOf(error)?.status === 401 &&
      !isCaptchaNeeded(error) &&
      operation !== getClient.operation
    ) {
      await this.call(getClient, undefined).catch(() => {})
    }
  }
}
