import type { MaybePromise } from '../support/maybe-promise.ts'

/**
 * How far a storage is shared: one request that a server answers, one client, one tab, every page and worker of an
 * origin, every process of a machine, or every machine of a fleet. Its lock reaches exactly as far.
 *
 * What reaches no further than a `request` can't make a refresh safe that must not be sent twice: requests at the
 * same time carry the same tokens, and none sees what another one wrote. The session refuses to send one.
 */
export type StorageReach = 'request' | 'client' | 'tab' | 'origin' | 'machine' | 'fleet'

/** How {@link TokenStorage.exclusive} waits. */
export interface ExclusiveOptions {
  /** How long to wait for the lock, in milliseconds. Then a {@link StorageError} with `failure: 'locked'` is thrown. */
  readonly waitMs: number
  /** Stops waiting; the call rejects with the signal's reason. It has no effect once the task has begun. */
  readonly signal?: AbortSignal
}

/**
 * Where a session's tokens are kept, and the lock that reaches as far as they do: whoever shares the tokens
 * shares the lock, so the two are one adapter.
 *
 * `replace` keeps the data right whatever happens to the lock. The lock serves for one thing: that a refresh is sent once.
 * Check an adapter of your own with `storageContract` from `latchkey/testing`.
 */
export interface TokenStorage {
  /** How far this storage is shared. */
  readonly reach: StorageReach
  /**
   * The value under `key`, or `null` if there is none.
   *
   * @throws {ConfigurationError} This storage has no place where the program runs: a browser's, on a server.
   * @throws {StorageError} It could not be read.
   */
  read(key: string): MaybePromise<string | null>
  /**
   * The only way to write: compare and set. Answers `false`, with nothing written, if the stored value isn't `expected`.
   *
   * @param expected the value that must be there now; `null`: none may be
   */
  replace(key: string, expected: string | null, next: string): MaybePromise<boolean>
  /**
   * Runs `task` while nobody else runs one under the same key, and settles as the task does. The task's signal
   * is aborted if the lock is lost before the task is done; the task runs on.
   */
  exclusive<T>(key: string, task: (signal: AbortSignal) => Promise<T>, options: ExclusiveOptions): Promise<T>
  /** Calls `changed` when the value may have changed, by whomever. Answers the function that stops it. */
  watch?(key: string, changed: () => void): () => void
}
