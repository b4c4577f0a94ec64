import {
  cookieStorage,
  encryptedStorage,
  type KeyValueStore,
  keyValueStorage,
  memoryStorage,
  type TokenStorage,
} from '../../src/index.ts'
import type { FakeClock } from '../../src/testing/index.ts'
import { aesKey, keysOf } from '../storage/aes-keys.ts'
import { patiently } from './patient-clock.ts'

/** A storage, and what lies in it for whoever can get at it. */
export interface Place {
  /** What its clients live by. */
  readonly clock: FakeClock
  readonly storage: TokenStorage
  /** What is stored under which name. */
  readonly cells: ReadonlyMap<string, string>
  put(name: string, value: string): void
}

const [key, other] = await Promise.all([aesKey(1), aesKey(2)])

function cellsOf(cells = new Map<string, string>()): Omit<Place, 'clock' | 'storage'> {
  return { cells, put: (name, value) => void cells.set(name, value) }
}

function storeOf(cells: Map<string, string>): KeyValueStore {
  return {
    getItem: (name) => cells.get(name) ?? null,
    setItem: (name, value) => void cells.set(name, value),
    removeItem: (name) => void cells.delete(name),
  }
}

function memory(clock: FakeClock): Place {
  const inner = memoryStorage({ clock })
  const cells = new Map<string, string>()
  return {
    clock,
    cells,
    put: (name, value) => {
      inner.replace(name, inner.read(name) as string | null, value)
      cells.set(name, value)
    },
    storage: {
      ...inner,
      replace: (name, expected, next) => {
        const done = inner.replace(name, expected, next)
        if (done) cells.set(name, next)
        return done
      },
    },
  }
}

function keyValue(maxBytes: number) {
  return (clock: FakeClock): Place => {
    const cells = new Map<string, string>()
    return { clock, ...cellsOf(cells), storage: keyValueStorage(storeOf(cells), { clock, maxBytes }) }
  }
}

function cookies(clock: FakeClock): Place {
  const cells = new Map<string, string>()
  const storage = cookieStorage({
    clock,
    get: (name) => cells.get(name),
    set: (name, value) => void cells.set(name, value),
  })
  return { clock, ...cellsOf(cells), storage }
}

function encrypted(clock: FakeClock): Place {
  const place = memory(clock)
  return { ...place, ...patiently(clock, () => encryptedStorage(place.storage, keysOf(key, other))) }
}

/** Storages whose content can be tampered with, by name. */
export const PLACES: Readonly<Record<string, (clock: FakeClock) => Place>> = {
  memory,
  'key-value': keyValue(Infinity),
  'key-value in parts': keyValue(512),
  cookies,
  encrypted,
}
