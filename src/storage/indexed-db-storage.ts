import { type Clock, systemClock } from '../support/clock.ts'
import { guard } from '../support/emitter.ts'
import { IndexedDb, indexedDbFactory } from './indexed-db.ts'
import type { TokenStorage } from './token-storage.ts'
import { exclusiveByWebLock, webLocks } from './web-lock.ts'

/** Options of {@link indexedDbStorage}. */
export interface IndexedDbStorageOptions {
  /** What the database is called; storages that name the same one share it. Default: `latchkey`. */
  readonly name?: string
  /** What the lock's waits, its hold bound and deadlines run on. Default: the platform's clock. */
  readonly clock?: Clock
}

/**
 * Keeps tokens in IndexedDB: the storage to use in browsers. All pages and workers of an origin share it, service
 * workers included, and it outlives them.
 *
 * - It wants Web Locks, and so a secure context: https or loopback. Where it can't be used (an old browser, a page
 *   that may keep nothing), a client goes on in memory, with a `storageFailed` event.
 * - A write is on the disk before it counts: milliseconds, once a refresh. A page that crashes in the middle of one
 *   leaves what was there before.
 * - A page that crashes frees the lock at once. One that is frozen while it holds the lock keeps it for 30 s.
 * - A record takes a kilobyte or two. Browsers clear an origin that nobody has visited for long, all its storages at
 *   once; Safari does after seven days.
 * - While a page watches the storage it has a `BroadcastChannel` open: some browsers keep no such page for their
 *   back button, others drop it at the next notice.
 *
 * Reading and writing reject with a {@link StorageError}: `unavailable` where IndexedDB can't be opened at all,
 * `failed` for a full disk and the like; with a {@link ConfigurationError} on a server.
 *
 * @example
 * ```ts
 * const saferme = new SaferMeClient({ storage: indexedDbStorage() })
 * ```
 */
export function indexedDbStorage({
  name = 'latchkey',
  clock = systemClock,
}: IndexedDbStorageOptions = {}): TokenStorage {
  const database = new IndexedDb(name, clock)
  const place = `latchkey:indexedDB:${name}`
  /** Where one of them is missing nothing is kept, so that tokens are never shared without the lock. */
  const mustBeUsable = (): void => {
    indexedDbFactory()
    webLocks()
  }
  return {
    reach: 'origin',
    read: async (key) => {
      mustBeUsable()
      const value = await database.transact<string>('readonly', (values, answer) => {
        const get: IDBRequest<string> = values.get(key)
        get.onsuccess = () => answer(get.result)
      })
      return value ?? null
    },
    replace: async (key, expected, next) => {
      mustBeUsable()
      const replaced = await database.transact<boolean>('readwrite', (values, answer) => {
        const get = values.get(key)
        get.onsuccess = () => {
          if ((get.result ?? null) !== expected) return
          values.put(next, key)
          values.transaction.commit()
          answer(true)
        }
      })
      if (replaced) notify(place, key)
      return replaced === true
    },
    exclusive: async (key, task, options) => {
      mustBeUsable()
      return exclusiveByWebLock(`${place}:${key}`, task, options, clock)
    },
    watch: (key, changed) => {
      mustBeUsable()
      const channel = new BroadcastChannel(place)
      channel.onmessage = ({ data }) => {
        if (data === key) changed()
      }
      return () => channel.close()
    },
  }
}

/** What has been written stays written, whether or not it can be told. */
const notify = guard((place: string, key: string): void => {
  const channel = new BroadcastChannel(place)
  channel.postMessage(key)
  channel.close()
})
