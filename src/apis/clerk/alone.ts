import type { TokenStorage } from '../../storage/token-storage.ts'

/** What is done alone waits for somebody else's turn for so long, in milliseconds. */
export const ALONE_WAIT_MS = 35_000

/** Runs `task` while nobody else who shares the storage does; or all the same, if the lock is not to be had. */
export function alone<T>(storage: TokenStorage, key: string, task: () => Promise<T>): Promise<T> {
  let entered = false
  const enter = (): Promise<T> => {
    entered = true
    return task()
  }
  // A lock may also fail before it says so in a promise.
  const locked = async (): Promise<T> => storage.exclusive(key, enter, { waitMs: ALONE_WAIT_MS })
  return locked().catch((error: unknown) => {
    if (entered) throw error
    return task()
  })
}
