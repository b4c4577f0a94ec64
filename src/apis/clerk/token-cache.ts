import { ConfigurationError } from '../../errors/configuration-error.ts'
import { NoSessionError } from '../../errors/no-session-error.ts'
import { SessionEndedError } from '../../errors/session-ended-error.ts'
import { TimeoutError } from '../../errors/timeout-error.ts'
import type { SessionBackend } from '../../session/protocol.ts'
import type { WaitOptions } from '../../session/session.ts'
import { SessionEngine } from '../../session/session-engine.ts'
import type { TokenStorage } from '../../storage/token-storage.ts'
import type { Clock } from '../../support/clock.ts'
import { withDeadline } from '../../support/deadline.ts'
import type { ToldTime } from './connection.ts'
import { type ClerkTokenKey, grantOf, isYounger, nameOf, type TokenOrigin } from './session-token.ts'

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

/** A new token is fetched in the background from so long before the old one runs out, in milliseconds. */
const REFRESH_WINDOW_MS = 15_000
/** A token with less than this left to live is not handed out, in milliseconds. */
const MINIMUM_LIFE_MS = 5000
/** What can be sent in a header. */
const SENDABLE = /^[\x21-\x7e]+$/

/** An engine that holds a session token. */
export type ClerkTokenEngine = SessionEngine<void, void, TokenOrigin>

interface Entry {
  readonly key: ClerkTokenKey
  readonly engine: ClerkTokenEngine
  /** Settles once nothing is left of what another page had stored before the session's tokens were dropped. */
  readonly emptied: Promise<unknown> | undefined
  /** The token that was last minted, or came along. */
  last?: string
}

/**
 * The session tokens of one Clerk client: each an engine's session of its own, so that one is fetched once however
 * many want it, tabs share it, and a failure in the background never costs a good one.
 */
export class ClerkTokenCache {
  readonly #options: ClerkTokenCacheOptions
  readonly #entries = new Map<string, Entry>()
  /** The sessions whose tokens were dropped; `null`: of all that are met from now on. */
  #dropped: Set<string> | null = new Set()
  #drops = 0
  #renewals = 0
  #closed = false

  constructor(options: ClerkTokenCacheOptions) {
    this.#options = options
  }

  /** Counts the times that tokens were dropped: what was asked for before the last of them is of no use. */
  get drops(): number {
    return this.#drops
  }

  /** A token that is good now. Whoever waits while it is dropped in favour of another gets the other. */
  token(key: ClerkTokenKey, options?: WaitOptions): Promise<string> {
    return this.#patiently(options, async (wait) => (await this.#open(key)).getAccessToken(wait))
  }

  /** A token fetched for this caller alone, whatever is at hand. */
  forced(key: ClerkTokenKey, options?: WaitOptions): Promise<string> {
    return this.#patiently(options, async (wait) => {
      const [drops, renewals] = [this.#drops, this.#renewals]
      const jwt = await this.#mint(this.#entry(key), wait)
      if (renewals !== this.#renewals) throw new SessionEndedError('superseded')
      await this.seed(key, jwt, drops)
      return jwt
    })
  }

  /** The engine of a token, as it is. */
  engine(key: ClerkTokenKey): ClerkTokenEngine {
    return this.#entry(key).engine
  }

  /**
   * Takes a token that came along in an answer, if it is younger than the one at hand.
   *
   * @param drops {@link drops} as it was when the answer was asked for
   */
  async seed(key: ClerkTokenKey, jwt: unknown, drops: number): Promise<void> {
    if (drops !== this.#drops || typeof jwt !== 'string' || !SENDABLE.test(jwt)) return
    const entry = this.#entry(key)
    await entry.emptied
    entry.last ??= jwt
    if (!this.#options.time()) this.#trustOwnClock(entry.engine)
    const supplied = entry.engine.supply(grantOf(jwt).tokens).catch(() => {})
    // Where there is a token already, nobody waits for the lock that a request under way may hold.
    if (entry.engine.snapshot().status !== 'active') await supplied
  }

  /**
   * Forgets the tokens of a session, or of all.
   *
   * @param successors there are others in their place, for whoever waits
   */
  async drop(session: string | undefined, successors = false): Promise<void> {
    this.#drops++
    if (successors) this.#renewals++
    if (session === undefined) this.#dropped = null
    // What another page has stored is to be forgotten as well.
    else this.#entry({ session })
    const doomed = [...this.#entries.values()].filter(
      ({ key }) => session === undefined || key.session === session,
    )
    if (session !== undefined) this.#dropped?.add(session)
    await Promise.all(doomed.map(({ engine }) => engine.end()))
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#entries.values()].map(({ engine }) => engine.close()))
  }

  /** Runs `get` within the caller's patience, and again when the tokens were replaced meanwhile. */
  #patiently(
    { signal, timeout: ms = this.#options.timeoutMs }: WaitOptions = {},
    get: (wait: WaitOptions) => Promise<string>,
  ): Promise<string> {
    const { clock } = this.#options
    const error = (): Error => new TimeoutError('No session token was to be had in time')
    return withDeadline(clock, { ms, signal, error }, async (within) => {
      if (this.#closed) throw new ConfigurationError('The client was closed')
      const end = clock.monotonic() + ms
      for (let emptied = false; ; ) {
        const renewals = this.#renewals
        try {
          return await get({ signal: within, timeout: end - clock.monotonic() })
        } catch (failure) {
          // Another tab may have dropped it between the look at the storage and the next one.
          const gone: boolean = failure instanceof NoSessionError && !emptied
          const replaced: boolean = failure instanceof SessionEndedError && renewals !== this.#renewals
          if (!gone && !replaced) throw failure
          emptied ||= gone
        }
      }
    })
  }

  async #open(key: ClerkTokenKey): Promise<ClerkTokenEngine> {
    const entry = this.#entry(key)
    await entry.emptied
    await entry.engine.beginOnce(async () => grantOf(await this.#mint(entry)))
    return entry.engine
  }

  async #mint(entry: Entry, options?: WaitOptions): Promise<string> {
    const jwt = await this.#options.mint(entry.key, entry.last, options)
    entry.last = jwt
    return jwt
  }

  #entry(key: ClerkTokenKey): Entry {
    const name = nameOf(key)
    const entry = this.#entries.get(name) ?? this.#made(key, name)
    const time = this.#options.time()
    if (time) entry.engine.observeTime(...time)
    return entry
  }

  #made(key: ClerkTokenKey, name: string): Entry {
    const { storage, clock, instance, timeoutMs, judge } = this.#options
    const create = async (): Promise<ReturnType<typeof grantOf>> => grantOf(await this.#mint(entry))
    const engine: ClerkTokenEngine = new SessionEngine({
      backend: {
        audience: `${instance} token ${name}`,
        refreshWindowMs: REFRESH_WINDOW_MS,
        early: 'serve',
        repeatable: true,
        minimumLifeMs: MINIMUM_LIFE_MS,
        supersedes: isYounger,
        create,
        refresh: create,
        judge,
      },
      storage: dispensable(storage),
      key: `latchkey ${instance} token ${name}`,
      clock,
      keepAlive: false,
      reauthenticate: undefined,
      timeoutMs,
    })
    const dropped = this.#dropped === null || this.#dropped.has(key.session)
    const entry: Entry = { key, engine, emptied: dropped ? engine.end() : undefined }
    this.#entries.set(name, entry)
    return entry
  }

  /** A token that comes along may be as old as it likes: its `iat` doesn't tell what time it is now. */
  #trustOwnClock(engine: ClerkTokenEngine): void {
    const now = this.#options.clock.now()
    engine.observeTime(now, now + 1000, now)
  }
}

/**
 * The same storage, without which the engine goes on in memory however widely it is shared: a session token can
 * always be fetched again.
 */
function dispensable(storage: TokenStorage): TokenStorage {
  return {
    reach: 'client',
    read: (key) => storage.read(key),
    replace: (key, expected, next) => storage.replace(key, expected, next),
    exclusive: (key, task, options) => storage.exclusive(key, task, options),
    watch: (key, changed) => storage.watch?.(key, changed) ?? (() => {}),
  }
}
