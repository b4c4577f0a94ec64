import { ApiError } from '../../errors/api-error.ts'
import { ConfigurationError } from '../../errors/configuration-error.ts'
import { NoSessionError } from '../../errors/no-session-error.ts'
import { RequestValidationError } from '../../errors/request-validation-error.ts'
import type { EndReason } from '../../errors/session-ended-error.ts'
import { TimeoutError } from '../../errors/timeout-error.ts'
import type { Endpoint } from '../../http/endpoint.ts'
import type { CallOptions } from '../../http/http-client.ts'
import type { WaitOptions } from '../../session/session.ts'
import { withDeadline } from '../../support/deadline.ts'
import { type ClerkResponse, endReasonOf, sessionOf, withoutTokens, withSession } from './client-resource.ts'
import type { ClerkConnection } from './connection.ts'
import type { Marks } from './dropped-tokens.ts'
import { type ClerkAnswer, getClient } from './endpoints.ts'
import { ClerkApiError, isCaptchaNeeded, isSignedOut } from './errors.ts'
import { mint } from './minting.ts'
import { judgeMinting } from './protocol.ts'
import type { ClerkTokenKey } from './session-token.ts'
import { ClerkTokenCache } from './token-cache.ts'
import type { ClerkClientResource, ClerkSessionBase, ClerkToken } from './types.ts'

/** What an operation makes worthless. */
export interface Stale {
  /** The session whose tokens it is; absent: of all. */
  readonly session?: string
  /** There will be other tokens for it. */
  readonly successors?: boolean
}

/** What is known of one Clerk client: its sessions, from what rides along in answers, and their tokens. */
export class KnownClient {
  readonly tokens: ClerkTokenCache
  readonly #connection: ClerkConnection
  readonly #watchers = new Set<() => void>()
  /** The sessions that ended here, whether the server has heard of it or not. */
  readonly #left = new Set<string>()
  /** `undefined`: nothing has been told yet. */
  #resource: ClerkClientResource | null | undefined
  /** The session of a token that was handed over while nothing was known. */
  #adopted: string | undefined
  #endReason: EndReason | undefined
  #asking: Promise<unknown> | undefined

  constructor(connection: ClerkConnection) {
    this.#connection = connection
    const { storage, clock, instance, timeoutMs } = connection
    this.tokens = new ClerkTokenCache({
      storage,
      clock,
      instance,
      timeoutMs,
      time: () => connection.time,
      judge: judgeMinting,
      mint: (key, last, options) =>
        mint(connection, key, () => last, options).then(
          ({ jwt }) => jwt,
          (error: unknown) => {
            // Not waited for: this may run under the lock that forgetting the token takes.
            void this.tokens.marks().then((marks) => this.#doubt(error, marks))
            throw error
          },
        ),
    })
  }

  /** The client as it was last told of; `null`: there is none; `undefined`: nothing has been told yet. */
  get resource(): ClerkClientResource | null | undefined {
    return this.#resource
  }

  /** The id of the session that is active, as far as is known. */
  get activeId(): string | undefined {
    if (this.#resource === undefined) return this.#adopted
    const active = this.#resource?.sessions.filter(
      ({ id, status }) => status === 'active' && !this.#left.has(id),
    )
    const last = this.#resource?.last_active_session_id
    return (active?.find(({ id }) => id === last) ?? active?.[0])?.id
  }

  /** Why there is no active session any more; `undefined`: there was none. */
  get endReason(): EndReason | undefined {
    return this.#endReason
  }

  /** The storage has what can't be fetched again. */
  get settled(): boolean {
    return this.#connection.settled
  }

  /** Calls `watcher` whenever more is known. Answers the function that stops it. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /**
   * Calls one operation, and learns from its answer.
   *
   * @param stale what it makes worthless
   */
  async call<Input, Response extends ClerkResponse>(
    endpoint: Endpoint<Input, ClerkAnswer<Response>>,
    input: Input,
    options?: CallOptions,
    stale?: Stale,
  ): Promise<Response> {
    let marks = await this.tokens.marks()
    const drop = async ({ session, successors = false }: Stale): Promise<void> => {
      marks = await this.tokens.drop(session, successors, marks)
    }
    try {
      const { response, client } = await this.#connection.send(endpoint, input, options)
      if (stale) await drop(stale)
      if (stale && !stale.successors) this.leave(stale.session)
      const told = client === undefined ? withSession(this.#resource, response) : client
      if (told !== undefined) await this.#learn(told, marks)
      await this.#seed(sessionOf(response), marks)
      return response
    } catch (error) {
      if (stale && mayHaveActed(error)) await drop(stale)
      await this.#doubt(error, marks, endpoint.operation)
      throw error
    }
  }

  /** Mints a session token for one caller, whatever is at hand. It is not kept. */
  async mint(key: ClerkTokenKey, options?: CallOptions): Promise<ClerkToken> {
    const marks = await this.tokens.marks()
    try {
      return await mint(this.#connection, key, () => this.tokens.last(key), options)
    } catch (error) {
      await this.#doubt(error, marks)
      throw error
    }
  }

  /**
   * The session that is active.
   *
   * @throws {NoSessionError} Nobody is signed in.
   */
  async activeSession(options: WaitOptions = {}): Promise<string> {
    const { clock, timeoutMs } = this.#connection
    const { signal, timeout: ms = timeoutMs } = options
    const error = (): Error => new TimeoutError('The active session was not told in time')
    if (!this.activeId) await withDeadline(clock, { ms, signal, error }, () => this.ask())
    if (!this.activeId) throw new NoSessionError()
    return this.activeId
  }

  /** Asks the server for the client; whoever asks at the same time joins. */
  ask(): Promise<unknown> {
    this.#asking ??= this.call(getClient, undefined).finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  /** Takes the session of a token that was handed over for the active one, until the server tells more. */
  adopt(session: string): void {
    this.#left.delete(session)
    this.#change('superseded', () => {
      this.#adopted = session
    })
  }

  /**
   * Counts a session as over, whether the server has heard of it or not.
   *
   * @param session absent: all that are known
   */
  leave(session?: string): void {
    const over = session === undefined ? (this.#resource?.sessions ?? []).map(({ id }) => id) : [session]
    this.#change('deleted', () => {
      for (const id of over) this.#left.add(id)
      if (session === undefined || this.#adopted === session) this.#adopted = undefined
    })
  }

  /** Asks the server who is still signed in whenever somebody else drops this session's tokens. */
  follow(session: string): () => void {
    return this.tokens.watch(session, () => {
      this.ask().catch(() => {})
    })
  }

  #change(reason: EndReason, change: () => void): void {
    const before = this.activeId
    change()
    if (this.activeId) this.#endReason = undefined
    else if (before) this.#endReason = reason
    for (const watcher of this.#watchers) watcher()
  }

  async #learn(client: ClerkClientResource | null, marks: Marks): Promise<void> {
    const known = this.#resource
    // An answer that was overtaken on its way.
    if (client && known?.id === client.id && client.updated_at < known.updated_at) return
    this.#change(endReasonOf(client, this.activeId), () => {
      this.#resource = client && withoutTokens(client)
    })
    if (!client) await this.tokens.drop(undefined, false, marks)
    await Promise.all((client?.sessions ?? []).map((session) => this.#seed(session, marks)))
  }

  async #seed(session: ClerkSessionBase | undefined, marks: Marks): Promise<void> {
    const { id, status, last_active_token } = session ?? {}
    if (!id || !last_active_token || !/^(active|pending)$/.test(status ?? '')) return
    await this.tokens.seed({ session: id }, last_active_token.jwt, marks)
  }

  /** A 401 ends what is known if it is final; of any other, the server is asked who is still signed in. */
  async #doubt(error: unknown, marks: Marks, operation?: string): Promise<void> {
    const client = ClerkApiError.clientOf(error)
    if (client) await this.#learn(client, marks)
    if (isSignedOut(error)) {
      this.#change('revoked', () => {
        this.#resource = null
      })
      await this.tokens.drop(undefined, false, marks)
    } else if (
      ApiError.failureOf(error)?.status === 401 &&
      !isCaptchaNeeded(error) &&
      operation !== getClient.operation
    ) {
      await this.ask().catch(() => {})
    }
  }
}

/** For all that is known, the server has done what it was asked for. */
function mayHaveActed(error: unknown): boolean {
  const failure = ApiError.failureOf(error)
  if (failure) return failure.status >= 500
  return !(error instanceof RequestValidationError || error instanceof ConfigurationError)
}
