import { encryptedStorage, memoryStorage, StorageError, type TokenStorage } from 'latchkey'
import { aesKey, keysOf } from './aes-keys.ts'

export const TEXT = '{"v":1,"tokens":{"accessToken":"SECRET"}}'

/** A storage that holds one record, sealed with key 1, and the storage under it. */
export async function sealed(text = TEXT) {
  const inner = memoryStorage()
  const storage = encryptedStorage(inner, keysOf(await aesKey(1)))
  await storage.replace('key', null, text)
  const raw = inner.read('key') as string
  /** Puts something else in its place, behind the storage's back. */
  const put = (value: string, key = 'key') => inner.replace(key, inner.read(key) as string | null, value)
  return { inner, storage, raw, put }
}

/** What reading ends with: `null`, the text, `garbled`, or how it failed. */
export async function outcome(storage: TokenStorage, key = 'key'): Promise<unknown> {
  try {
    const found = await storage.read(key)
    return found?.startsWith('?') ? 'garbled' : found
  } catch (error) {
    return error instanceof StorageError ? error.failure : error
  }
}
