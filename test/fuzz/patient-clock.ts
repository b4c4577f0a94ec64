import type { TokenStorage } from '../../src/index.ts'
import { pauseEventLoop, turnEventLoop } from '../../src/testing/event-loop.ts'
import type { FakeClock } from '../../src/testing/index.ts'

/** A storage, and a clock whose timers wait while it works: WebCrypto takes real time, on other threads. */
export function patiently(
  clock: FakeClock,
  storage: TokenStorage,
): { clock: FakeClock; storage: TokenStorage } {
  let working = 0
  const counted = async <T>(act: () => T | Promise<T>): Promise<T> => {
    working++
    try {
      return await act()
    } finally {
      working--
    }
  }
  const taken = new Set<unknown>()
  const patient: FakeClock = {
    ...clock,
    setTimeout: (callback, milliseconds) => {
      const fire = async (): Promise<void> => {
        while (working > 0) {
          await pauseEventLoop()
          await turnEventLoop(10)
        }
        if (!taken.has(handle)) callback()
      }
      const handle = clock.setTimeout(() => (working > 0 ? void fire() : callback()), milliseconds)
      return handle
    },
    clearTimeout: (handle) => {
      taken.add(handle)
      clock.clearTimeout(handle)
    },
  }
  return {
    clock: patient,
    storage: {
      ...storage,
      read: (key) => counted(() => storage.read(key)),
      replace: (...change) => counted(() => storage.replace(...change)),
    },
  }
}
