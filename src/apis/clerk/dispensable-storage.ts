import type { TokenStorage } from '../../storage/token-storage.ts'

/**
 * The same storage, without which the engine goes on in memory however widely it is shared: a session token can
 * always be fetched again.
 */
export function dispensable(storage: TokenStorage): TokenStorage {
  return {
    reach: 'client',
    read: (key) => storage.read(key),
    replace: (key, expected, next) => storage.replace(key, expected, next),
    exclusive: (key, task, options) => storage.exclusive(key, task, options),
    watch: (key, changed) => storage.watch?.(key, changed) ?? (() => {}),
  }
}
