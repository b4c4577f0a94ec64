import * as z from 'zod/mini'
import type { TokenStorage } from '../../storage/token-storage.ts'

/** Obtaining the first token waits for somebody else's attempt for so long, in milliseconds. */
const FIRST_WAIT_MS = 35_000

const storedToken = z.object({ v: z.literal(1), token: z.nullable(z.string()) })

/**
 * The token that says which Clerk client this is. Any answer may replace it, so it is only ever written over the
 * one that the answered request carried: an answer that comes late never replaces a newer token.
 */
export class StoredToken {
  readonly #storage: TokenStorage
  readonly #key: string
  /** What was last known, for when the storage fails or has lost it. */
  #memory: string | null = null

  constructor(storage: TokenStorage, key: string) {
    this.#storage = storage
    this.#key = key
  }

  /** The token that counts now; `null` if there is none. A storage that fails or was cleared loses nothing. */
  async read(): Promise<string | null> {
    const stored = parse(await this.#raw())
    if (stored) this.#memory = stored.token
    return this.#memory
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
      const current = (parse(raw) ?? { token: this.#memory }).token
      if (current !== carried) return
      if (raw !== undefined && !(await this.#replace(raw, next))) continue
      this.#memory = next
      return
    }
  }

  /** Runs `obtain` while nobody else who shares the storage does. */
  first<T>(obtain: () => Promise<T>): Promise<T> {
    return this.#storage.exclusive(this.#key, obtain, { waitMs: FIRST_WAIT_MS })
  }

  /** The stored string; `undefined` if the storage does not answer. */
  async #raw(): Promise<string | null | undefined> {
    try {
      return await this.#storage.read(this.#key)
    } catch {
      return undefined
    }
  }

  /** Answers `false` if the storage holds another value; one that fails keeps nobody from going on. */
  async #replace(raw: string | null, token: string | null): Promise<boolean> {
    try {
      return await this.#storage.replace(this.#key, raw, JSON.stringify({ v: 1, token }))
    } catch {
      return true
    }
  }
}

/** What is stored, where there is something that can be read. */
function parse(raw: string | null | undefined): { readonly token: string | null } | undefined {
  if (!raw) return undefined
  try {
    return storedToken.safeParse(JSON.parse(raw)).data
  } catch {
    return undefined
  }
}
