import type { EncryptionKey, EncryptionKeys } from 'latchkey'

/** A key whose id is `key-<number>`, and the same for the same number. */
export async function aesKey(
  number: number,
  usages: KeyUsage[] = ['encrypt', 'decrypt'],
): Promise<EncryptionKey> {
  const key = await crypto.subtle.importKey('raw', new Uint8Array(32).fill(number), 'AES-GCM', false, usages)
  return { id: `key-${number}`, key }
}

export function keysOf(current: EncryptionKey, ...previous: EncryptionKey[]): EncryptionKeys {
  return { current, previous }
}
