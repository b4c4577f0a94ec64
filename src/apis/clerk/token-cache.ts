import { ConfigurationError } from '../../errors/configuration-error.ts'
import { NoSessionError } from '../../errors/no-session-error.ts'
import { SessionEndedError } from '../../errors/session-ended-error.ts'
import { TimeoutError } from '../../errors/timeout-error.ts'
import type { GrantedTokens } from '../../session/protocol.ts'
import type { WaitOptions } from '../../session/session.ts'
import type { Lease } from '../../session/token-source.ts'
import { withDeadline } from '../../support/deadline.ts'
import { readJwtTimes } from '../../support/jwt.ts'
import { SENDABLE } from '../../support/schemas.ts'
import { DroppedTokens, type Marks, markOf } from './dropped-tokens.ts'
import type { TokenOrigin } from './protocol.ts'
import { type ClerkTokenKey, grantOf, nameOf } from './session-token.ts'
import { type ClerkTokenCacheOptions, type ClerkTokenEngine, TokenEntry } from './token-entry.ts'

type Refusal = Parameters<ClerkTokenEngine['afterRefusal']>

/**
 * The session tokens of one Clerk client: each an engine's session of its own, so that one is fetched once however
 * many want it, tabs share it, and a failure in the background never costs a good one.
 */
export class ClerkTokenCache {
  readonly #options: ClerkTokenCacheOptions
  readonly #entries = new Map<string, TokenEntry>()
  readonly #dropped: DroppedTokens
  #closed = false

  constructor(options: ClerkTokenCacheOptions) {
    const { storage, instance, clock } = options
    this.#options = options
    this.#dropped = new DroppedTokens(storage, `latchkey ${instance} dropped`, clock)
  }

  /** What must not get into an error. */
  get secrets(): unknown {
    return { jwt: [...this.#entries.values()].map(({ last }) => last) }
  }

  /** The token that was last minted, or came along, whether it is still good or not. */
  last(key: ClerkTokenKey): string | undefined {
    return this.#entries.get(nameOf(key))?.last
  }

  /** What was dropped so far, for {@link seed}. */
  marks(): Promise<Marks> {
    return this.#dropped.current()
  }

  /** Calls `dropped` whenever somebody else has dropped a session's tokens. Answers the function that stops it. */
  watch(session: string, dropped: () => void): () => void {
    return this.#dropped.watch(session, dropped)
  }

  /** A token that is good now. */
  async token(key: ClerkTokenKey, options?: WaitOptions): Promise<string> {
    return (await this.lease(key, options)).tokens.accessToken
  }

  /** A token that is good now, and the engine's session that it belongs to. */
  lease(key: ClerkTokenKey, options?: WaitOptions): Promise<Lease> {
    return this.#patiently(options, async (wait) => {
      const entry = this.#entry(key)
      await entry.opened()
      for (;;) {
        const lease = await entry.engine.acquire(wait)
        const { mark = '' } = (lease.tokens.extra ?? {}) as TokenOrigin
        if (mark === markOf(await this.marks(), key.session)) return lease
        // As good as refused.
        if (!(await this.afterRefusal(key, lease, true, wait))) await entry.engine.refresh(wait)
      }
    })
  }

  /** What to try instead of a token that is no good, or `null` if there is nothing. */
  afterRefusal(key: ClerkTokenKey, ...[lease, mayRefresh, wait]: Refusal): Promise<Lease | null> {
    return this.#entry(key)
      .engine.afterRefusal(lease, mayRefresh, wait)
      .catch((failure: unknown) => {
        // The storage had lost ours, and another tab's has taken its place: that is as good.
        if (failure instanceof SessionEndedError && failure.reason === 'superseded')
          return this.lease(key, wait)
        throw failure
      })
  }

  /** A token fetched for this caller alone, whatever is at hand. */
  forced(key: ClerkTokenKey, options?: WaitOptions): Promise<string> {
    return this.#patiently(options, async (wait) => {
      for (;;) {
        const marks = await this.marks()
        const { tokens } = await this.#entry(key).mint(wait)
        if (await this.seed(key, tokens.accessToken, marks)) return tokens.accessToken
      }
    })
  }

  /** The engine of a token, as it is. */
  engine(key: ClerkTokenKey): ClerkTokenEngine {
    return this.#entry(key).engine
  }

  /** Takes a token that was handed over. */
  async adopt(key: ClerkTokenKey, tokens: GrantedTokens<unknown>): Promise<void> {
    const mark = markOf(await this.marks(), key.session)
    await this.#entry(key).engine.adopt({ ...tokens, extra: { mark } })
  }

  /**
   * Takes a token that came along in an answer, if it is younger than the one at hand. `false`: its session's tokens
   * were dropped meanwhile.
   *
   * @param since {@link marks} as they were when the answer was asked for
   */
  async seed(key: ClerkTokenKey, jwt: unknown, since: Marks): Promise<boolean> {
    const mark = markOf(since, key.session)
    if (mark !== markOf(await this.marks(), key.session)) return false
    // One that does not tell when it was issued can't be put in order. An error's may have been taken for a secret.
    if (typeof jwt !== 'string' || !SENDABLE.test(jwt) || !readJwtTimes(jwt).issuedAt) return true
    const entry = this.#entry(key)
    entry.last ??= jwt
    if (!this.#options.time()) entry.trustOwnClock()
    const supplied = entry.engine.supply(grantOf(jwt, mark).tokens).catch(() => {})
    // Where there is a token already, nobody waits for the lock that a request under way may hold.
    if (entry.engine.snapshot().status !== 'active') await supplied
    return true
  }

  /**
   * Forgets the tokens of a session, or of all, for all who share the storage.
   *
   * @param successors there are others in their place: whoever waits gets one of those
   * @param since {@link marks} as they were when the caller began
   * @returns the marks that what the caller has learnt may be taken under
   */
  async drop(session: string | undefined, successors: boolean, since: Marks): Promise<Marks> {
    const marks = await this.#dropped.drop(session, since)
    if (!successors) {
      const doomed = [...this.#entries.values()].filter(({ key }) => (session ?? key.session) === key.session)
      await Promise.all(doomed.map(({ engine }) => engine.end()))
    }
    return marks
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#entries.values()].map(({ engine }) => engine.close()))
  }

  /** Runs `get` within the caller's patience. */
  #patiently<T>(
    { signal, timeout: ms = this.#options.timeoutMs }: WaitOptions = {},
    get: (wait: WaitOptions) => Promise<T>,
  ): Promise<T> {
    const { clock } = this.#options
    const error = (): Error => new TimeoutError('No session token was to be had in time')
    return withDeadline(clock, { ms, signal, error }, async (within) => {
      if (this.#closed) throw new ConfigurationError('The client was closed')
      const wait = { signal: within, timeout: ms }
      return get(wait).catch((failure: unknown) => {
        // Another tab may have dropped it between the look at the storage and the next one.
        if (failure instanceof NoSessionError) return get(wait)
        throw failure
      })
    })
  }

  #entry(key: ClerkTokenKey): TokenEntry {
    const name = nameOf(key)
    const entry = this.#entries.get(name) ?? new TokenEntry(key, this.#options, this.#dropped)
    this.#entries.set(name, entry)
    const time = this.#options.time()
    if (time) entry.engine.observeTime(...time)
    return entry
  }
}
