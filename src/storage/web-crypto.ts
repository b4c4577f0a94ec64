import { StorageError } from '../errors/storage-error.ts'

/**
 * The platform's WebCrypto.
 *
 * @throws {StorageError} There is none: the page is not in a secure context.
 */
export function webCrypto(): SubtleCrypto {
  const { crypto } = globalThis as { crypto?: { readonly subtle?: SubtleCrypto } }
  if (crypto?.subtle) return crypto.subtle
  throw new StorageError('unavailable', 'There is no WebCrypto here: browsers keep it for https')
}
