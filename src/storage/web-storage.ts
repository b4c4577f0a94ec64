import { StorageError } from '../errors/storage-error.ts'
import { type Clock, systemClock } from '../support/clock.ts'
import { isPromise } from '../support/maybe-promise.ts'
import { HOLD_BOUND_MS } from './process-lock.ts'
import { isNewTab, tabId } from './tab-id.ts'
import type { TokenStorage } from './token-storage.ts'
import { type WebStorageArea, watchWebArea, webArea, writeWebArea } from './web-area.ts'
import { exclusiveByWebLock } from './web-lock.ts'
import { WriteBarrier } from './write-barrier.ts'

/** Options of {@link webStorage}. */
export interface WebStorageOptions {
  /** What the lock's waits and its hold bound run on. Default: the platform's clock. */
  readonly clock?: Clock
}

/** A lock that somebody frozen holds is to be had after the hold bound, in milliseconds. */
const WRITE_WAIT_MS: number = HOLD_BOUND_MS + 5000
/** Whoever has slept for so long over a write has lost the right to it, told of it or not, in milliseconds. */
const LONGEST_WRITE_MS: number = HOLD_BOUND_MS / 2

/**
 * Keeps tokens in a page's web storage: in `localStorage`, which all pages of an origin share, or in
 * `sessionStorage`, which each tab has for itself. Reading takes no waiting, so a page can tell at once whether it has
 * a session. Where that is not needed, `indexedDbStorage()` is the better choice.
 *
 * - It wants Web Locks, and so a secure context: https or loopback. Where it can't be used (an old browser, a page
 *   that may keep nothing), a client goes on in memory, with a `storageFailed` event. Workers have no web storage.
 * - A record takes a kilobyte or two of the five megabytes or so that an origin has.
 * - A page that crashes frees the lock at once. One that is frozen while it holds the lock keeps it for 30 s. A crash
 *   of the whole browser may take the last seconds' writes with it.
 * - `local`: what one page wrote shows late in the next. Whoever takes the lock waits for that, for five seconds at
 *   most, and then rejects; a page that crashes or is closed in the milliseconds after it wrote can't be waited for.
 *   The page that wrote last holds a Web Lock until it is left, which keeps browsers from freezing it to save power.
 * - `session`: a tab's session outlives reloads and being away, not its closing. A duplicated tab starts without it,
 *   after three seconds; so does a window that a page opens, unless with `noopener`, which starts without it at once.
 *   Each tab that has a session holds a Web Lock until it is left.
 * - No lock is held by a page that waits behind the back button.
 *
 * Its methods reject or throw with a {@link StorageError}: `unavailable` where there is no web storage, `failed`
 * where it is full; with a {@link ConfigurationError} in workers and on servers.
 *
 * @param area `local`: for all pages of the origin. `session`: for this tab and its frames
 */
export function webStorage(
  area: WebStorageArea,
  { clock = systemClock }: WebStorageOptions = {},
): TokenStorage {
  return area === 'local' ? localTokens(clock) : sessionTokens(clock)
}

/** Each item begins with the count of the write. */
function localTokens(clock: Clock): TokenStorage {
  const place = 'latchkey:localStorage:'
  const barrier = new WriteBarrier(`${place}written:`, clock)
  const find = (key: string): string | null => webArea('local').getItem(key)
  const read = (key: string): string | null => {
    const item = find(key)
    return item === null ? null : item.slice(stampOf(item).length)
  }
  const pass = (key: string): Promise<number> =>
    barrier.pass(key, () => {
      const item = find(key)
      return item === null ? null : Number(stampOf(item))
    })
  return {
    reach: 'origin',
    read,
    // Under a lock of its own, so that it is exact for those too who come without the other one, or have lost it.
    replace: async (key, expected, next) => {
      webArea('local')
      const write = async (lock: AbortSignal): Promise<boolean> => {
        const begun = clock.monotonic()
        const count = (await pass(key)) + 1
        lock.throwIfAborted()
        if (clock.monotonic() - begun > LONGEST_WRITE_MS) {
          throw new StorageError('locked', 'The lock was lost before anything was written')
        }
        if (read(key) !== expected) return false
        writeWebArea('local', key, `${count} ${next}`)
        await barrier.raise(key, count)
        return true
      }
      return exclusiveByWebLock(`${place}write:${key}`, write, { waitMs: WRITE_WAIT_MS }, clock)
    },
    exclusive: async (key, task, options) => {
      webArea('local')
      const seeing = async (lock: AbortSignal): ReturnType<typeof task> => {
        await pass(key)
        lock.throwIfAborted()
        return task(lock)
      }
      return exclusiveByWebLock(`${place}lock:${key}`, seeing, options, clock)
    },
    watch: (key, changed) => watchWebArea('local', key, changed),
  }
}

/** The count that an item begins with, and the space after it. Empty: it was put there by somebody else. */
function stampOf(item: string): string {
  return /^\d+ /.exec(item)?.[0] ?? ''
}

/** Each item begins with the id of the tab: what another tab wrote before it was duplicated is not there. */
function sessionTokens(clock: Clock): TokenStorage {
  const find = (id: string, key: string): string | null => {
    const item = webArea('session').getItem(key)
    return item?.startsWith(`${id} `) ? item.slice(id.length + 1) : null
  }
  return {
    reach: 'tab',
    read: (key) => {
      if (isNewTab()) return null
      const id = tabId(clock)
      return isPromise(id) ? id.then((known) => find(known, key)) : find(id, key)
    },
    // The frames of a tab that can see its storage run one at a time.
    replace: async (key, expected, next) => {
      const id = await tabId(clock)
      if (find(id, key) !== expected) return false
      writeWebArea('session', key, `${id} ${next}`)
      return true
    },
    exclusive: async (key, task, options) => {
      const id = await tabId(clock)
      return exclusiveByWebLock(`latchkey:sessionStorage:${id}:${key}`, task, options, clock)
    },
    watch: (key, changed) => watchWebArea('session', key, changed),
  }
}
