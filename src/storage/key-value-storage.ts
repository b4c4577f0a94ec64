import { type Clock, systemClock } from '../support/clock.ts'
import { isPromise, type MaybePromise } from '../support/maybe-promise.ts'
import { exclusiveInProcess, HOLD_BOUND_MS } from './process-lock.ts'
import type { TokenStorage } from './token-storage.ts'

/** A store of strings by name: AsyncStorage, unstorage, `localStorage`-likes, your own. Synchronous or not. */
export interface KeyValueStore {
  /** The value under `key`; `null` or `undefined` if there is none. */
  getItem(key: string): MaybePromise<string | null | undefined>
  /** Writes `value` under `key`. */
  setItem(key: string, value: string): MaybePromise<unknown>
}

/** Options of {@link keyValueStorage}. */
export interface KeyValueStorageOptions {
  /** What the lock's waits and hold bound run on. Default: the platform's clock. */
  readonly clock?: Clock
}

/**
 * Keeps tokens in any store of strings by name.
 *
 * Its lock and its compare-and-set hold within this process and for this `store` object: where other processes
 * write to the same place, use an adapter that reaches them.
 */
export function keyValueStorage(
  store: KeyValueStore,
  { clock = systemClock }: KeyValueStorageOptions = {},
): TokenStorage {
  return {
    reach: 'client',
    read: (key) => {
      const found = store.getItem(key)
      return isPromise(found) ? found.then((value) => value ?? null) : (found ?? null)
    },
    // Of two writes at once, both would compare before either has set: they take turns.
    replace: (key, expected, next) =>
      exclusiveInProcess(
        store,
        `${key}\nwrite`,
        async () => {
          if (((await store.getItem(key)) ?? null) !== expected) return false
          await store.setItem(key, next)
          return true
        },
        { waitMs: HOLD_BOUND_MS },
        clock,
      ),
    exclusive: (key, task, options) => exclusiveInProcess(store, key, task, options, clock),
  }
}
