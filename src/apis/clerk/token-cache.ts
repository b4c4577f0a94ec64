import type { GrantedTokens, SessionBackend, TokenSet } from '../../session/protocol.ts'
import { SessionEngine } from '../../session/session-engine.ts'
import type { TokenStorage } from '../../storage/token-storage.ts'
import type { Clock } from '../../support/clock.ts'
import { readJwt, readJwtTimes } from '../../support/jwt.ts'

/** Which token is meant: Clerk mints one for each session, template and organization. */
export interface ClerkTokenKey {
  readonly session: string
  /** The JWT template; absent: Clerk's own token. */
  readonly template?: string | undefined
  /** The organization; `null`: the personal account; absent: the session's own. */
  readonly organization?: string | null | undefined
}

/** What the cache lives on. */
export interface ClerkTokenCacheOptions {
  readonly storage: TokenStorage
  readonly clock: Clock
  /** The instance, as in storage keys. */
  readonly instance: string
  /** How long callers wait where they don't say, in milliseconds. */
  readonly timeoutMs: number
  /** Asks Clerk for a token. `last` is the one that it replaces. */
  readonly mint: (key: ClerkTokenKey, last?: string) => Promise<string>
  /** What a failure to get one means. */
  readonly judge: SessionBackend['judge']
  /** Ends a session on the server. */
  readonly end: (session: string) => Promise<unknown>
}

/** A new token is fetched in the background from so long before the old one runs out, in milliseconds. */
const REFRESH_WINDOW_MS = 15_000
/** A token with less than this left to live is not handed out, in milliseconds. */
const MINIMUM_LIFE_MS = 5000

/** What a token is stored with: when the one that it descends from was issued, which decides between two. */
type Origin = { readonly oiat?: number }
type Engine = SessionEngine<void, void, Origin>

/**
 * The session tokens of one Clerk client: each an engine's session of its own, so that one is fetched once however
 * many want it, tabs share it, and a failure in the background never costs a good one.
 */
export class ClerkTokenCache {
  readonly #options: ClerkTokenCacheOptions
  readonly #engines = new Map<string, { readonly key: ClerkTokenKey; readonly engine: Engine }>()

  constructor(options: ClerkTokenCacheOptions) {
    this.#options = options
  }

  /** The engine of a token, with a token in it. */
  async open(key: ClerkTokenKey): Promise<Engine> {
    const engine = this.engine(key)
    await engine.beginOnce(async () => granted(await this.#options.mint(key)))
    return engine
  }

  /** The engine of a token, as it is. */
  engine(key: ClerkTokenKey): Engine {
    const name = nameOf(key)
    const known = this.#engines.get(name)
    if (known) return known.engine
    const { storage, clock, instance, timeoutMs } = this.#options
    const engine: Engine = new SessionEngine({
      backend: this.#backend(key, `${instance} token ${name}`),
      storage,
      key: `latchkey ${instance} token ${name}`,
      clock,
      keepAlive: false,
      reauthenticate: undefined,
      timeoutMs,
    })
    this.#engines.set(name, { key, engine })
    return engine
  }

  /** Takes a token that came along in an answer, if it is younger than the one at hand. */
  async seed(key: ClerkTokenKey, jwt: string): Promise<void> {
    await this.engine(key).supply(granted(jwt).tokens)
  }

  /** Forgets the tokens of a session, or of all. */
  async drop(session?: string): Promise<void> {
    const doomed = [...this.#engines].filter(
      ([, { key }]) => session === undefined || key.session === session,
    )
    await Promise.all(doomed.map(([, { engine }]) => engine.end(async () => {})))
  }

  async close(): Promise<void> {
    await Promise.all([...this.#engines.values()].map(({ engine }) => engine.close()))
  }

  #backend(key: ClerkTokenKey, audience: string): SessionBackend<void, void, Origin> {
    const { mint, judge, end } = this.#options
    const create = async (last?: TokenSet): Promise<ReturnType<typeof granted>> =>
      granted(await mint(key, last?.accessToken))
    return {
      audience,
      refreshWindowMs: REFRESH_WINDOW_MS,
      early: 'serve',
      repeatable: true,
      minimumLifeMs: MINIMUM_LIFE_MS,
      supersedes: isYounger,
      create: () => create(),
      refresh: (tokens) => create(tokens),
      revoke: async () => void (await end(key.session)),
      judge,
    }
  }
}

function nameOf({ session, template, organization }: ClerkTokenKey): string {
  return JSON.stringify([session, template ?? null, ...(organization === undefined ? [] : [organization])])
}

function granted(jwt: string): { readonly tokens: GrantedTokens<Origin>; resource(): void } {
  const { oiat } = readJwt(jwt).header
  return {
    tokens: {
      ...readJwtTimes(jwt),
      accessToken: jwt,
      extra: typeof oiat === 'number' ? { oiat } : {},
    },
    resource: () => {},
  }
}

/** Of two tokens of one key: by when their originals were issued, where that is told, then by when they were. */
function isYounger(one: TokenSet<Origin>, other: TokenSet<Origin>): boolean {
  const origins = (one.extra?.oiat ?? 0) - (other.extra?.oiat ?? 0)
  return origins === 0 ? (one.issuedAt ?? 0) > (other.issuedAt ?? 0) : origins > 0
}
