import { ConfigurationError } from '../errors/configuration-error.ts'
import { type Clock, systemClock } from '../support/clock.ts'
import type { MaybePromise } from '../support/maybe-promise.ts'
import { run } from '../support/steps.ts'
import { type Cells, heldCells, LEAST_CELL_BYTES, readParts, replaceParts } from './parts.ts'
import { toPlain } from './plain-text.ts'
import { exclusiveInProcess, HOLD_BOUND_MS } from './process-lock.ts'
import type { TokenStorage } from './token-storage.ts'

/** A store of strings by name: AsyncStorage, SecureStore, unstorage, `localStorage`-likes, your own. Synchronous or not. */
export interface KeyValueStore {
  /** The value under `key`; `null` or `undefined` if there is none. */
  getItem(key: string): MaybePromise<string | null | undefined>
  /** Writes `value` under `key`, as a whole or not at all. */
  setItem(key: string, value: string): MaybePromise<unknown>
  /** Removes what is under `key`. Used for parts that are no longer needed; absent: they are overwritten with nothing. */
  removeItem?(key: string): MaybePromise<unknown>
}

/** Options of {@link keyValueStorage}. */
export interface KeyValueStorageOptions {
  /**
   * How long a value the store takes, in bytes of UTF-8, 64 or more. Longer ones are kept in numbered parts, and
   * read back whole or not at all. Default: no limit.
   */
  readonly maxBytes?: number
  /** What the lock's waits and hold bound run on. Default: the platform's clock. */
  readonly clock?: Clock
}

/**
 * Keeps tokens in any store of strings by name.
 *
 * Its lock and its compare-and-set hold within this process and for this `store` object: make one object, and hand
 * it to all. Where other processes write to the same place, use an adapter that reaches them.
 * A program that dies in the middle of a write leaves the old value or the new one, in however many parts.
 *
 * Names are written with letters, digits, `-`, `_` and `.` alone, and values so that no store takes them for JSON:
 * any store will do. A name in capitals and one in small letters are two: a store that knows no difference mixes them up.
 *
 * @example React Native's AsyncStorage, which takes values of up to 2 MB
 * ```ts
 * keyValueStorage(AsyncStorage)
 * ```
 * @example Expo's SecureStore: the platform's key chain, in values of up to 2,048 bytes
 * ```ts
 * const store: KeyValueStore = {
 *   getItem: SecureStore.getItemAsync,
 *   setItem: SecureStore.setItemAsync,
 *   removeItem: SecureStore.deleteItemAsync,
 * }
 * keyValueStorage(store, { maxBytes: 2048 })
 * ```
 * @example unstorage, whichever its driver
 * ```ts
 * keyValueStorage(createStorage<string>({ driver }))
 * ```
 * @throws {ConfigurationError} `maxBytes` is not a number from 64 up.
 */
export function keyValueStorage(
  store: KeyValueStore,
  { maxBytes = Infinity, clock = systemClock }: KeyValueStorageOptions = {},
): TokenStorage {
  if (!(maxBytes >= LEAST_CELL_BYTES)) {
    throw new ConfigurationError(`maxBytes takes a number from ${LEAST_CELL_BYTES} up`)
  }
  const cells: Cells = {
    get: (name) => store.getItem(name),
    set: (name, text) => store.setItem(name, text),
    remove: (name) => (store.removeItem ? store.removeItem(name) : store.setItem(name, '')),
  }
  return {
    reach: 'client',
    read: (key) => run(readParts(cells, toPlain(key))),
    // Of two writes at once, both would compare before either has set: they take turns.
    replace: (key, expected, next) =>
      exclusiveInProcess(
        store,
        `${key}\nwrite`,
        async (lock) =>
          run(replaceParts(heldCells(cells, lock, clock), toPlain(key), expected, next, maxBytes)),
        { waitMs: HOLD_BOUND_MS },
        clock,
      ),
    exclusive: (key, task, options) => exclusiveInProcess(store, key, task, options, clock),
  }
}
