import { ConfigurationError } from '../errors/configuration-error.ts'
import type { Session } from '../session/session.ts'
import { ScopedStorage } from '../storage/scoped-storage.ts'
import type { TokenStorage } from '../storage/token-storage.ts'
import type { MaybePromise } from '../support/maybe-promise.ts'

/** What a {@link SessionPool} needs to know of a client: every client of Latchkey's is one. */
export interface PooledClient {
  readonly session: Pick<Session, 'settled' | 'close'>
}

/** Options of a {@link SessionPool}. */
export interface SessionPoolOptions<Client extends PooledClient> {
  /**
   * Where all the sessions are kept. A client that was dropped and is made again finds its session there.
   *
   * The pool takes nothing out of it: each key that had a session leaves up to half a kilobyte behind, a session that
   * was ended the reason. So `memoryStorage` is for keys that don't become ever more, such as users' ids. For ids that
   * are minted at each sign-in there is `redisStorage` with its `timeToLiveMs`.
   */
  readonly storage: TokenStorage
  /**
   * Makes the client of one key. It must be given this `storage`, the key's own part of the pool's: no other key's
   * client can read or write it, so a client needs no `key` option. With `keepAlive` it renews its session only
   * for as long as the pool holds it.
   */
  readonly client: (key: string, storage: TokenStorage) => Client
  /**
   * How many clients are held, at about five kilobytes each. Those that are in use, or have not settled, are held
   * beyond it. Default: 1,000.
   */
  readonly max?: number
}

interface Entry<Client> {
  readonly client: Client
  /** How many tasks are using it. */
  uses: number
}

const MAX = 1000
/** So many clients are looked at, one after the other, before the search for whom to drop is left to the next use. */
const MOST_LOOKS = 100

/**
 * Holds a client for each of a service's users: the sessions of many, in one process.
 *
 * - Whoever uses a key at the same time uses the same client, so one refresh serves them all.
 * - One key's session is out of every other key's reach.
 * - Beyond `max` the least recently used client is dropped: closed, its session left in the storage. None is dropped
 *   while it is in use, while a refresh is under way, or while it holds what the storage has not got.
 *
 * @example
 * ```ts
 * const pool = new SessionPool({
 *   storage: memoryStorage(),
 *   client: (key, storage) => new SaferMeClient({ storage }),
 * })
 * const response = await pool.use(userId, (saferme) => saferme.fetch('/api/v4/reports'))
 * ```
 */
export class SessionPool<Client extends PooledClient> {
  readonly #options: SessionPoolOptions<Client>
  readonly #max: number
  /** By key. Whose use ended first comes first, but for those that are in use. */
  readonly #entries = new Map<string, Entry<Client>>()
  /** The search for whom to drop. It goes on from where it was: from the start, it would wade through what is gone. */
  #search = this.#entries.entries()
  #uses = 0
  #unused: (() => void) | undefined
  #closing: Promise<void> | undefined

  /** @throws {ConfigurationError} `max` isn't a number from 1 up. */
  constructor(options: SessionPoolOptions<Client>) {
    const { max = MAX } = options
    if (!(max >= 1)) throw new ConfigurationError('max takes a number from 1 up')
    this.#options = options
    this.#max = max
  }

  /** How many clients are held. */
  get size(): number {
    return this.#entries.size
  }

  /**
   * Runs a task with the client of a key, and answers what the task answers. The client is the task's until it has
   * settled: what is begun with it must be over by then, and it is not the task's to close.
   *
   * @param key whose client: a random id that only one browser was given, or a user's id once it is known to be them.
   * Whoever can choose it has the session
   * @throws {ConfigurationError} The key is empty or no string, or the pool was closed.
   */
  async use<T>(key: string, task: (client: Client) => MaybePromise<T>): Promise<T> {
    if (typeof key !== 'string' || key === '') throw new ConfigurationError('A key is a string, not empty')
    if (this.#closing) throw new ConfigurationError('The session pool was closed')
    const entry = this.#entries.get(key) ?? this.#made(key)
    entry.uses++
    this.#uses++
    this.#shrink()
    try {
      return await task(entry.client)
    } finally {
      entry.uses--
      this.#entries.delete(key)
      this.#entries.set(key, entry)
      this.#shrink()
      if (--this.#uses === 0) this.#unused?.()
    }
  }

  /**
   * Shuts down: takes no new use, waits for those under way, then closes every client, which waits for a refresh
   * that must not be cut off, and for up to five seconds until the storage has what it had not. The sessions live on
   * in the storage. To be called once no request is served any more.
   */
  close(): Promise<void> {
    this.#closing ??= this.#shutDown()
    return this.#closing
  }

  #made(key: string): Entry<Client> {
    const { storage, client } = this.#options
    const entry = { client: client(key, new ScopedStorage(storage, key)), uses: 0 }
    this.#entries.set(key, entry)
    return entry
  }

  #shrink(): void {
    for (let looks = 0; looks < MOST_LOOKS && this.#entries.size > this.#max; looks++) {
      const { value, done } = this.#search.next()
      if (done) {
        this.#search = this.#entries.entries()
        continue
      }
      const [key, { client, uses }] = value
      if (uses > 0 || !client.session.settled) continue
      this.#entries.delete(key)
      client.session.close().catch(() => {})
    }
  }

  async #shutDown(): Promise<void> {
    if (this.#uses > 0) {
      await new Promise<void>((resolve) => {
        this.#unused = resolve
      })
    }
    const closed = [...this.#entries.values()].map(({ client }) => client.session.close())
    this.#entries.clear()
    await Promise.allSettled(closed)
  }
}
