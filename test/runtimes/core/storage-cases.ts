import { encryptedStorage, fileStorage, memoryStorage } from 'latchkey'
import { type StorageUnderTest, storageContract } from 'latchkey/testing'
import type { Case } from './check.ts'

function casesOver(name: string, make: () => StorageUnderTest | Promise<StorageUnderTest>): readonly Case[] {
  return storageContract(make).map((rule) => ({ name: `${name}: ${rule.name}`, run: rule.run }))
}

/** The storages that are for any runtime. */
export const storageCases: readonly Case[] = [
  ...casesOver('memoryStorage', () => ({ storage: memoryStorage() })),
  ...casesOver('encryptedStorage', async () => {
    const inner = memoryStorage()
    const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
      'encrypt',
      'decrypt',
    ])
    const keys = { current: { id: 'key-1', key } }
    return { storage: encryptedStorage(inner, keys), other: encryptedStorage(inner, keys) }
  }),
]

/** For runtimes that have files: two storages over `folder`, as two processes have them. */
export function fileCases(folder: string): readonly Case[] {
  return casesOver('fileStorage', () => ({ storage: fileStorage(folder), other: fileStorage(folder) }))
}
