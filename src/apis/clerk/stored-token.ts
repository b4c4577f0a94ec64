import * as z from 'zod/mini'
import { memoryStorage } from '../../storage/memory-storage.ts'
import type { TokenStorage } from '../../storage/token-storage.ts'
import type { Clock } from '../../support/clock.ts'
import { lazy } from '../../support/lazy.ts'
import { ALONE_WAIT_MS, alone } from './alone.ts'

const VERSION = 1

const storedToken = lazy(() =>
  z.object({
    v: z.number(),
    token: z.nullable(z.string()),
    given: z.exactOptional(z.string()),
  }),
)

/**
 * The token that says which Clerk client this is. Any answer may replace it, so it is only ever written over the
 * one that the answered request carried: an answer that comes late never replaces a newer token.
 */
export class StoredToken {
  readonly #storage: TokenStorage
  readonly #key: string
  /** Whose lock does where the storage has none to give. */
  readonly #private: TokenStorage
  /** What was last known, for when the storage fails or has lost it. */
  #memory: string | null
  /** What the storage was last seen to hold. */
  #seen: string | null = null
  /** What the storage still holds though it was to be overwritten; `undefined`: nothing. */
  #outdated: string | null | undefined
  /** The token that was handed over, until the storage has been looked at. */
  #given: string | undefined
  /** The token that was handed over and has become what there is now. */
  #origin: string | undefined

  /**
   * @param given a token that was obtained elsewhere: it takes the place of what is stored, unless that is what it has
   * become
   */
  constructor(storage: TokenStorage, key: string, clock: Clock, given?: string) {
    this.#storage = storage
    this.#key = key
    this.#private = memoryStorage({ clock })
    this.#given = given
    this.#origin = given
    this.#memory = given ?? null
  }

  /** The storage has the token that counts, as far as is known. */
  get saved(): boolean {
    return this.#outdated === undefined
  }

  /** The token that counts now; `null` if there is none. A storage that fails or was cleared loses nothing. */
  async read(): Promise<string | null> {
    return this.#taken(await this.#raw())
  }

  /**
   * Replaces `carried` by `next`, unless somebody else has replaced it meanwhile.
   *
   * @param carried the token of the request that was answered; `null`: it had none
   * @param next the token of the answer; `null`: the server has forgotten the client
   */
  async rotate(carried: string | null, next: string | null): Promise<void> {
    for (;;) {
      const raw = await this.#raw()
      if (this.#taken(raw) !== carried) return
      const written = raw === undefined ? undefined : await this.#replace(raw, next)
      if (written === false) continue
      // Somebody in this process may have been quicker while the storage was failing.
      if (written === undefined && this.#memory !== carried) return
      this.#memory = next
      this.#outdated = written ? undefined : this.#seen
      return
    }
  }

  /** Runs `obtain` while nobody else who shares the storage does; or nobody in this process, if its lock fails. */
  async first<T>(obtain: () => Promise<T>): Promise<T> {
    const task = (): Promise<T> => alone(this.#storage, this.#key, obtain)
    return this.#private.exclusive(this.#key, task, { waitMs: ALONE_WAIT_MS })
  }

  #taken(raw: string | null | undefined): string | null {
    if (this.#given !== undefined && raw !== undefined) {
      if (parse(raw)?.given !== this.#given) this.#outdated = raw
      this.#given = undefined
    }
    const stored = raw === this.#outdated ? undefined : parse(raw)
    if (stored) {
      this.#memory = stored.token
      this.#origin = stored.given
    }
    return this.#memory
  }

  /** The stored string; `undefined` if the storage does not answer. */
  async #raw(): Promise<string | null | undefined> {
    try {
      const raw = await this.#storage.read(this.#key)
      this.#seen = raw
      return raw
    } catch {
      return undefined
    }
  }

  /** Answers `false` if the storage holds another value, and `undefined` if it can't be written. */
  async #replace(raw: string | null, token: string | null): Promise<boolean | undefined> {
    try {
      const next = JSON.stringify({ v: VERSION, token, given: this.#origin })
      const written = await this.#storage.replace(this.#key, raw, next)
      if (written) this.#seen = next
      return written
    } catch {
      return undefined
    }
  }
}

/** What is stored, where there is something that can be read. */
function parse(raw: string | null | undefined): z.infer<ReturnType<typeof storedToken>> | undefined {
  if (!raw) return undefined
  try {
    const { data } = storedToken().safeParse(JSON.parse(raw))
    return data?.v === VERSION ? data : undefined
  } catch {
    return undefined
  }
}
