import { ConfigurationError } from '../errors/configuration-error.ts'
import { StorageError } from '../errors/storage-error.ts'
import { fromBase64Url, toBase64Url } from './base64url.ts'
import { type AesKey, type EncryptionKeySource, KeyRing } from './key-ring.ts'
import type { TokenStorage } from './token-storage.ts'
import { webCrypto } from './web-crypto.ts'

const VERSION = 'lk1'
const NONCE_BYTES = 12
/** Version, key id, nonce, ciphertext with its tag. */
const ENVELOPE = /^lk1\.([\w-]+)\.([\w-]+)\.([\w-]+)$/
const OTHER_VERSION = /^lk(?!1\.)\d+\./

/**
 * Encrypts what another storage keeps: AES-GCM with a fresh 96-bit nonce for each write, bound to the record's name
 * and to the key's id. Reach, lock, compare-and-set and notices are those of `inner`. What is stored is a third longer.
 *
 * What somebody gets who
 * - reads the storage, a dump of it or a backup: names, key ids, sizes, times. No token.
 * - changes a record, moves it to another name, or puts a plaintext in its place: nothing. It is no session, is reported
 *   as `unreadable`, and is overwritten by the next write.
 * - puts back an older record of the same name: an older state of the session, if the server still takes it.
 * - deletes a record, or writes another key id into it: a session that must begin anew.
 * - runs code where this runs: everything that you can read yourself.
 *
 * A record that is sealed with a key that isn't at hand is a {@link StorageError} with `failure: 'unreadable'`, and is
 * left alone: others may have the key. Records whose key is gone for good have to be deleted by hand.
 *
 * @param keys the keys, or a function that fetches them: called at first use, and again when a
 * record can't be opened with those that it gave
 * @example On a server, with 32 bytes from its secrets
 * ```ts
 * const key = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
 * const storage = encryptedStorage(inner, { current: { id: '2026-07', key } })
 * ```
 * @example In a browser, with a key that no script can carry away
 * ```ts
 * const storage = encryptedStorage(indexedDbStorage(), browserKey())
 * ```
 */
export function encryptedStorage(inner: TokenStorage, keys: EncryptionKeySource): TokenStorage {
  const ring = new KeyRing(keys)
  const read = async (name: string, raw: string | null): Promise<string | null> =>
    raw === null ? null : ((await open(ring, name, raw)) ?? garbled(raw))
  return {
    get reach() {
      return inner.reach
    },
    read: async (name) => read(name, await inner.read(name)),
    replace: async (name, expected, next) => {
      const raw = await inner.read(name)
      if ((await read(name, raw)) !== expected) return false
      return inner.replace(name, raw, await seal(ring, name, next))
    },
    exclusive: (name, task, options) => inner.exclusive(name, task, options),
    ...(inner.watch && { watch: (name, changed) => inner.watch?.(name, changed) ?? (() => {}) }),
  }
}

/** Stands for what can't be opened: no session to anybody, and the same for the same, so that it can be overwritten. */
function garbled(raw: string): string {
  return `?${raw}`
}

async function open(ring: KeyRing, name: string, raw: string): Promise<string | undefined> {
  if (OTHER_VERSION.test(raw)) {
    throw new StorageError('unreadable', 'The stored session was sealed by another version')
  }
  const [, id = '', nonce = '', sealed = ''] = ENVELOPE.exec(raw) ?? []
  const iv = fromBase64Url(nonce)
  const bytes = fromBase64Url(sealed)
  if (iv?.length !== NONCE_BYTES || !bytes) return undefined
  const decrypt = (key: AesKey): Promise<ArrayBuffer | undefined> =>
    attempt((subtle) => subtle.decrypt(gcm(iv, id, name), key, bytes))
  const key = await ring.find(id)
  if (!key)
    throw new StorageError('unreadable', 'The stored session is sealed with a key that is not at hand')
  let plain = await decrypt(key)
  const other = plain ? undefined : await ring.find(id, key)
  if (other) plain = await decrypt(other)
  return plain && new TextDecoder('utf-8', { ignoreBOM: true }).decode(plain)
}

async function seal(ring: KeyRing, name: string, text: string): Promise<string> {
  const { id, key } = await ring.current()
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const sealed = await attempt((subtle) => subtle.encrypt(gcm(iv, id, name), key, utf8(text)))
  if (!sealed) throw new StorageError('failed', 'The session could not be sealed')
  return [VERSION, id, toBase64Url(iv), toBase64Url(new Uint8Array(sealed))].join('.')
}

function gcm(iv: Uint8Array<ArrayBuffer>, id: string, name: string): AesGcmParams {
  return { name: 'AES-GCM', iv, additionalData: utf8(`${VERSION}.${id}.${name}`) }
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

/** Answers `undefined` where the operation itself failed: what was to be opened is not what was sealed. */
async function attempt(
  operation: (subtle: SubtleCrypto) => Promise<ArrayBuffer>,
): Promise<ArrayBuffer | undefined> {
  const subtle = webCrypto()
  try {
    return await operation(subtle)
  } catch (error) {
    if ((error as { name?: unknown }).name === 'OperationError') return undefined
    throw new ConfigurationError('encryptedStorage takes AES-GCM keys that may encrypt and decrypt')
  }
}
