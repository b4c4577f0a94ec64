import { type Clock, systemClock } from '../support/clock.ts'
import { IndexedDb } from './indexed-db.ts'
import type { AesKey, EncryptionKeys } from './key-ring.ts'
import { toPlain } from './plain-text.ts'
import { webCrypto } from './web-crypto.ts'

/** Options of {@link browserKey}. */
export interface BrowserKeyOptions {
  /** Tells keys of one origin apart, and stands in what they seal. Default: `browser`. */
  readonly name?: string
  /** What deadlines run on. Default: the platform's clock. */
  readonly clock?: Clock
}

/**
 * Keeps a key for `encryptedStorage` in a browser: made at first use, kept in IndexedDB, the same for all pages and
 * workers of the origin.
 *
 * What somebody gets who
 * - reads or copies the storage that it seals: no token.
 * - runs a script in the page: the tokens, while it runs there. It can use the key, but not carry it away.
 * - reads the browser's own files on the disk: the key too. Browsers don't encrypt IndexedDB.
 *
 * If the browser has lost the key, a new one takes its place: what the old one sealed is reported and overwritten.
 *
 * The function that it answers throws a {@link StorageError} where the key can't be made or kept, and a
 * {@link ConfigurationError} on a server.
 */
export function browserKey({
  name = 'browser',
  clock = systemClock,
}: BrowserKeyOptions = {}): () => Promise<EncryptionKeys> {
  const database = new IndexedDb('latchkey keys', clock)
  return async () => {
    const fresh = await generate()
    // Another tab may be making one too: the one that is kept first is everybody's.
    const earlier = await database.transact<AesKey>('readwrite', (values, answer) => {
      const get = values.get(name)
      get.onsuccess = () => {
        if (get.result) answer(get.result)
        else values.put(fresh, name)
      }
    })
    return { current: { id: toPlain(name), key: earlier ?? fresh } }
  }
}

async function generate(): Promise<AesKey> {
  return webCrypto().generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}
