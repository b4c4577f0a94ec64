import type { KeyValueStore } from 'latchkey'
import { turnEventLoop } from '../../src/testing/event-loop.ts'
import { seededRandom } from '../../src/testing/seeded-random.ts'

const SLOWEST_TURNS = 4
const SECURE_STORE_BYTES = 2048
const ROW_BYTES = 2_000_000

/** What is on the disk: it outlives the store objects that stand on it. */
export type Disk = Map<string, string>

/**
 * Does like `@react-native-async-storage/async-storage` on a device: every call crosses to a native queue, which
 * does one after the other. An empty value is read as none. On Android a row beyond 2 MB is written, and can't be read.
 */
export function asyncStorage(disk: Disk = new Map(), seed = 1) {
  const random = seededRandom(seed)
  let queue: Promise<unknown> = Promise.resolve()
  const native = <T>(act: () => T): Promise<T> => {
    const done = queue.then(() => turnEventLoop(1 + Math.floor(random() * SLOWEST_TURNS))).then(act)
    queue = done.catch(() => {})
    return done
  }
  const check = (...texts: unknown[]): void => {
    for (const text of texts) {
      if (typeof text !== 'string') throw new Error(`[AsyncStorage] ${typeof text} is not a string`)
    }
  }
  return {
    getItem: async (key: string): Promise<string | null> => {
      check(key)
      return native(() => {
        const value = disk.get(key)
        if (value && Buffer.byteLength(value) > ROW_BYTES)
          throw new Error('Row too big to fit into CursorWindow')
        return value || null
      })
    },
    setItem: async (key: string, value: string): Promise<void> => {
      check(key, value)
      return native(() => void disk.set(key, value))
    },
    removeItem: async (key: string): Promise<void> => {
      check(key)
      return native(() => void disk.delete(key))
    },
  }
}

/**
 * Does like `expo-secure-store`: keys of letters, digits, `.`, `-` and `_` alone, values of up to 2,048 bytes, calls
 * that take their time each on its own, and synchronous ones beside them.
 */
export function secureStore(disk: Disk = new Map(), seed = 1) {
  const random = seededRandom(seed)
  const check = (key: string, value = ''): void => {
    if (!/^[\w.-]+$/.test(key)) {
      throw new Error(
        'Invalid key provided to SecureStore. Keys must not be empty and contain only alphanumeric characters, ".", "-", and "_".',
      )
    }
    if (typeof value !== 'string') throw new Error('Invalid value provided to SecureStore.')
    if (Buffer.byteLength(value) > SECURE_STORE_BYTES)
      throw new Error('Value is larger than 2048 bytes and was not stored')
  }
  const getItem = (key: string): string | null => {
    check(key)
    return disk.get(key) ?? null
  }
  const setItem = (key: string, value: string): void => {
    check(key, value)
    disk.set(key, value)
  }
  const deleteItem = (key: string): void => {
    check(key)
    disk.delete(key)
  }
  const later = async <T>(act: () => T): Promise<T> => {
    await turnEventLoop(1 + Math.floor(random() * SLOWEST_TURNS))
    return act()
  }
  return {
    getItem,
    setItem,
    getItemAsync: (key: string) => later(() => getItem(key)),
    setItemAsync: (key: string, value: string) => later(() => setItem(key, value)),
    deleteItemAsync: (key: string) => later(() => deleteItem(key)),
  }
}

/** A SecureStore as `keyValueStorage` takes it. */
export function secureKeyValueStore(disk?: Disk, seed?: number) {
  const { getItemAsync, setItemAsync, deleteItemAsync } = secureStore(disk, seed)
  return { getItem: getItemAsync, setItem: setItemAsync, removeItem: deleteItemAsync }
}

/** Thrown by every call of a process that has died. */
export const dead = new Error('the process has died')

/** A store in a process that dies at its write or removal number `step`, from 0, which still arrives or doesn't. */
export function dyingStore(store: KeyValueStore, step: number, arrives: boolean): KeyValueStore {
  let steps = 0
  const change = async (act: () => unknown): Promise<void> => {
    if (steps > step) throw dead
    if (steps++ < step || arrives) await act()
    if (steps > step) throw dead
  }
  return {
    getItem: async (name) => {
      if (steps > step) throw dead
      return store.getItem(name)
    },
    setItem: (name, value) => change(() => store.setItem(name, value)),
    removeItem: (name) => change(() => store.removeItem?.(name)),
  }
}
