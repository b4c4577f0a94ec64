import type { MaybePromise } from '../support/maybe-promise.ts'
import type { ExclusiveOptions, StorageReach, TokenStorage } from './token-storage.ts'

/**
 * One owner's part of a storage: whatever its keys are called, they meet no other owner's.
 *
 * A class, because there are as many of these as there are users.
 */
export class ScopedStorage implements TokenStorage {
  readonly #storage: TokenStorage
  readonly #prefix: string

  constructor(storage: TokenStorage, owner: string) {
    this.#storage = storage
    // Quoted, so that no owner and key together read like another owner and another key.
    this.#prefix = `${JSON.stringify(owner)} `
  }

  get reach(): StorageReach {
    return this.#storage.reach
  }

  read(key: string): MaybePromise<string | null> {
    return this.#storage.read(this.#prefix + key)
  }

  replace(key: string, expected: string | null, next: string): MaybePromise<boolean> {
    return this.#storage.replace(this.#prefix + key, expected, next)
  }

  exclusive<T>(
    key: string,
    task: (signal: AbortSignal) => Promise<T>,
    options: ExclusiveOptions,
  ): Promise<T> {
    return this.#storage.exclusive(this.#prefix + key, task, options)
  }

  watch(key: string, changed: () => void): () => void {
    return this.#storage.watch?.(this.#prefix + key, changed) ?? (() => {})
  }
}
