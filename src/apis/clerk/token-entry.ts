import type { Grant, SessionBackend, TokenSet } from '../../session/protocol.ts'
import type { WaitOptions } from '../../session/session.ts'
import { SessionEngine } from '../../session/session-engine.ts'
import type { TokenStorage } from '../../storage/token-storage.ts'
import type { Clock } from '../../support/clock.ts'
import { alone } from './alone.ts'
import type { ToldTime } from './connection.ts'
import { dispensable } from './dispensable-storage.ts'
import { type DroppedTokens, markOf } from './dropped-tokens.ts'
import { isYounger, sessionTokenPolicy, type TokenOrigin } from './protocol.ts'
import { type ClerkTokenKey, grantOf, nameOf } from './session-token.ts'

/** What the cache lives on. */
export interface ClerkTokenCacheOptions {
  readonly storage: TokenStorage
  readonly clock: Clock
  /** The instance, as in storage keys. */
  readonly instance: string
  /** How long callers wait where they don't say, in milliseconds. */
  readonly timeoutMs: number
  /** What the server last said the time is. */
  readonly time: () => ToldTime | undefined
  /** Asks Clerk for a token. `last` is the one that it replaces. */
  readonly mint: (key: ClerkTokenKey, last?: string, options?: WaitOptions) => Promise<string>
  /** What a failure to get one means. */
  readonly judge: SessionBackend['judge']
}

/** An engine that holds a session token. */
export type ClerkTokenEngine = SessionEngine<void, void, TokenOrigin>

/** One session token: an engine's session of its own, which mints where others refresh. */
export class TokenEntry {
  readonly key: ClerkTokenKey
  readonly engine: ClerkTokenEngine
  /** The token that was last minted, or came along. */
  last?: string
  readonly #options: ClerkTokenCacheOptions
  readonly #dropped: DroppedTokens
  /** The first token is being fetched. */
  #opening: Promise<void> | undefined

  constructor(key: ClerkTokenKey, options: ClerkTokenCacheOptions, dropped: DroppedTokens) {
    this.key = key
    this.#options = options
    this.#dropped = dropped
    const { storage, clock, instance, timeoutMs, judge } = options
    const audience = `${instance} token ${nameOf(key)}`
    const create = (): Promise<Grant<void, TokenOrigin>> => this.mint()
    this.engine = new SessionEngine({
      backend: {
        ...sessionTokenPolicy,
        audience,
        supersedes: (one, other) => this.#supersedes(one, other),
        create,
        refresh: create,
        judge,
      },
      storage: dispensable(storage),
      key: `latchkey ${audience}`,
      clock,
      keepAlive: false,
      reauthenticate: undefined,
      timeoutMs,
    })
  }

  /** Resolves once there is a token. Whoever waits for the first one at the same time joins. */
  opened(): Promise<void> {
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  /** Asks Clerk for a token, whatever is at hand. */
  async mint(options?: WaitOptions): Promise<Grant<void, TokenOrigin>> {
    const mark = markOf(await this.#dropped.current(), this.key.session)
    const jwt = await this.#options.mint(this.key, this.last, options)
    this.last = jwt
    return grantOf(jwt, mark)
  }

  /** A token that comes along may be as old as it likes: its `iat` doesn't tell what time it is now. */
  trustOwnClock(): void {
    const now = this.#options.clock.now()
    this.engine.observeTime(now, now + 1000, now)
  }

  /** The first token is fetched while no other tab does. */
  async #open(): Promise<void> {
    const { storage, instance } = this.#options
    const { engine, key } = this
    if (engine.snapshot().status === 'active' || (await engine.restore()).status === 'active') return
    await alone(storage, `latchkey ${instance} first ${nameOf(key)}`, () =>
      engine.beginOnce(() => this.mint()),
    )
  }

  /** Whatever was dropped is older than whatever was not. */
  #supersedes(one: TokenSet<TokenOrigin>, other: TokenSet<TokenOrigin>): boolean {
    const mark = markOf(this.#dropped.known, this.key.session)
    const wasDropped = ({ extra }: TokenSet<TokenOrigin>): boolean => (extra?.mark ?? '') !== mark
    return wasDropped(one) === wasDropped(other) ? isYounger(one, other) : wasDropped(other)
  }
}
