import { ConfigurationError } from '../errors/configuration-error.ts'
import { StorageError } from '../errors/storage-error.ts'
import { guard } from '../support/emitter.ts'
import { webLocks } from './web-lock.ts'

/** Which of a page's two web storages: all pages of the origin share the one, a tab has the other for itself. */
export type WebStorageArea = 'local' | 'session'

interface Page {
  readonly document?: unknown
  readonly localStorage?: Storage | null
  readonly sessionStorage?: Storage | null
}

/** Those of this page who want to hear of its own writes, which the platform tells other documents alone. */
const watchers = new Set<(area: WebStorageArea, key: string) => void>()

/**
 * The page's storage.
 *
 * @throws {ConfigurationError} There is no page. A runtime that has a `localStorage` all the same is a server, whose
 * users would share it.
 * @throws {StorageError} The page may not use it, or there are no locks to go with it.
 */
export function webArea(area: WebStorageArea): Storage {
  const page = globalThis as Page
  if (!page.document) {
    throw new ConfigurationError(
      'Web storage is for pages: use indexedDbStorage() in a worker, and on a server what the servers share',
    )
  }
  webLocks()
  let cause: unknown
  try {
    const storage = page[`${area}Storage`]
    if (storage) return storage
  } catch (error) {
    cause = error
  }
  throw new StorageError('unavailable', 'This page has no web storage', { cause })
}

/**
 * Writes, and tells the other watchers of this page.
 *
 * @throws {StorageError} There is no room for it.
 */
export function writeWebArea(area: WebStorageArea, key: string, item: string): void {
  try {
    webArea(area).setItem(key, item)
  } catch (cause) {
    if (cause instanceof StorageError) throw cause
    throw new StorageError('failed', 'The web storage takes nothing more', { cause })
  }
  for (const watcher of [...watchers]) watcher(area, key)
}

/** Calls `changed` when what is under `key` may have changed, by whomever. Answers the function that stops it. */
export function watchWebArea(area: WebStorageArea, key: string, changed: () => void): () => void {
  const storage = webArea(area)
  const tell = guard(changed)
  const written = (where: WebStorageArea, what: string): void => {
    if (where === area && what === key) tell()
  }
  const heard = (event: StorageEvent): void => {
    // Without a key: all was cleared.
    if (event.storageArea === storage && (event.key === key || event.key === null)) tell()
  }
  watchers.add(written)
  addEventListener('storage', heard)
  return () => {
    watchers.delete(written)
    removeEventListener('storage', heard)
  }
}
