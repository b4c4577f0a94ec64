import { describe, it } from 'vitest'
import { type KeyValueStore, keyValueStorage } from '../../src/storage/key-value-storage.ts'
import { storageContract } from '../../src/testing/index.ts'

function syncStore(): KeyValueStore {
  const values = new Map<string, string>()
  return { getItem: (key) => values.get(key), setItem: (key, value) => values.set(key, value) }
}

function asyncStore(): KeyValueStore {
  const { getItem, setItem } = syncStore()
  return { getItem: async (key) => getItem(key), setItem: async (key, value) => setItem(key, value) }
}

describe.for([
  ['synchronous', syncStore],
  ['asynchronous', asyncStore],
] as const)('keyValueStorage over a %s store keeps the storage contract', ([, makeStore]) => {
  const make = () => {
    const store = makeStore()
    return { storage: keyValueStorage(store), other: keyValueStorage(store) }
  }
  for (const { name, run } of storageContract(make)) it(name, run)
})
