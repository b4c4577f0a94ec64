import { describe, it } from 'vitest'
import { memoryStorage } from '../../src/storage/memory-storage.ts'
import { storageContract } from '../../src/testing/index.ts'

describe('memoryStorage keeps the storage contract', () => {
  for (const { name, run } of storageContract(() => ({ storage: memoryStorage() }))) it(name, run)
})
