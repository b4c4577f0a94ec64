import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ConfigurationError,
  type KeyValueStorageOptions,
  type KeyValueStore,
  keyValueStorage,
  SaferMeClient,
} from 'latchkey'
import { fakeSaferMe, storageContract } from 'latchkey/testing'
import { createStorage } from 'unstorage'
import fsDriver from 'unstorage/drivers/fs'
import memoryDriver from 'unstorage/drivers/memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asyncStorage, type Disk, secureKeyValueStore, secureStore } from './key-value-stores.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-'))
})
afterAll(() => rm(folder, { recursive: true }))

function syncStore(): KeyValueStore {
  const values = new Map<string, string>()
  return { getItem: (key) => values.get(key), setItem: (key, value) => values.set(key, value) }
}

const stores: Record<string, [() => KeyValueStore, KeyValueStorageOptions?]> = {
  'a synchronous store': [syncStore],
  'a synchronous store, in parts': [syncStore, { maxBytes: 64 }],
  'AsyncStorage of React Native': [asyncStorage],
  "Expo's SecureStore": [secureKeyValueStore, { maxBytes: 2048 }],
  "Expo's SecureStore, in small parts": [secureKeyValueStore, { maxBytes: 100 }],
  "Expo's SecureStore as it is, synchronously": [secureStore, { maxBytes: 2048 }],
  'unstorage in memory': [() => createStorage<string>({ driver: memoryDriver() })],
  'unstorage in files': [() => createStorage<string>({ driver: fsDriver({ base: folder }) })],
  'unstorage in files, in parts': [
    () => createStorage<string>({ driver: fsDriver({ base: folder }) }),
    { maxBytes: 256 },
  ],
}

describe.for(Object.entries(stores))('keyValueStorage over %s keeps the storage contract', ([, made]) => {
  const [makeStore, options] = made
  const make = () => {
    const store = makeStore()
    return { storage: keyValueStorage(store, options), other: keyValueStorage(store, options) }
  }
  for (const { name, run } of storageContract(make)) it(name, run)
})

describe('a session in a key-value store', () => {
  it.each(Object.entries(stores))('is there after a restart: %s', async (_, [makeStore, options]) => {
    const server = fakeSaferMe()
    const store = makeStore()
    const client = () => new SaferMeClient({ fetch: server.fetch, storage: keyValueStorage(store, options) })
    const before = client()
    await before.createSession({ email: 'ada@example.com', password: 'correct horse' })
    await before.refreshSession()
    const after = client()
    expect(await after.session.restore()).toMatchObject({ status: 'active' })
    expect(await after.session.getAccessToken()).toBe(server.sessions[0]?.accessToken)
    await after.deleteSession()
    expect(await client().session.restore()).toMatchObject({ status: 'none' })
  })

  it('is read anew where the store was written to by an earlier version: it is no session, and is overwritten', async () => {
    const disk: Disk = new Map([['key', '{"v":1,"tokens":null}']])
    const storage = keyValueStorage(asyncStorage(disk))
    const found = await storage.read('key')
    expect(() => JSON.parse(String(found))).toThrow()
    expect(await storage.replace('key', null, 'x')).toBe(false)
    expect(await storage.replace('key', found, '{"v":1}')).toBe(true)
    expect(await storage.read('key')).toBe('{"v":1}')
  })

  it('is none either where the store makes objects and numbers of what others wrote there', async () => {
    const store = createStorage<string>({ driver: memoryDriver() })
    const storage = keyValueStorage(store, { maxBytes: 64 })
    await storage.replace('key', null, 'x'.repeat(100))
    await store.setItem('key.a0', '123')
    expect(await storage.read('key')).toMatch(/^\?a2\./)
    await store.setItem('key', '{"v":1}')
    const found = await storage.read('key')
    expect(found).toMatch(/^\?/)
    expect(await storage.replace('key', found, 'next')).toBe(true)
    expect(await storage.read('key')).toBe('next')
  })
})

describe('what keyValueStorage asks of a store', () => {
  it('is a name of letters, digits, - and _, and of parts with a dot', async () => {
    const disk: Disk = new Map()
    const storage = keyValueStorage(secureKeyValueStore(disk), { maxBytes: 64 })
    await storage.replace('a b/C.d_é🔑', null, 'x'.repeat(100))
    expect([...disk.keys()].toSorted()).toEqual(
      ['', '.a0', '.a1'].map((part) => `a_20b_2fC_2ed_5f_e9__d83d__dd11${part}`),
    )
  })

  it('is not to wait where the store does not: a page can tell at once whether it has a session', async () => {
    for (const maxBytes of [64, 2048]) {
      const storage = keyValueStorage(secureStore(), { maxBytes })
      expect(storage.read('key')).toBe(null)
      await storage.replace('key', null, 'x'.repeat(200))
      expect(storage.read('key')).toBe('x'.repeat(200))
    }
  })

  it('is nothing where there is nothing: an empty value is none', async () => {
    const disk: Disk = new Map([['key', '']])
    const storage = keyValueStorage(secureKeyValueStore(disk))
    expect(await storage.read('key')).toBe(null)
    expect(await storage.replace('key', null, '')).toBe(true)
    expect(await storage.read('key')).toBe('')
  })

  it('is to read what it wrote: rows that are too long for it are kept in parts', async () => {
    const value = 'x'.repeat(2_000_000)
    const whole = keyValueStorage(asyncStorage())
    await whole.replace('key', null, value)
    await expect(whole.read('key')).rejects.toThrow('Row too big')
    const parted = keyValueStorage(asyncStorage(), { maxBytes: 1_000_000 })
    await parted.replace('key', null, value)
    expect((await parted.read('key')) === value).toBe(true)
  })

  it('is to be clearable: without removeItem, parts that are no longer needed are left empty', async () => {
    const disk: Disk = new Map()
    const { getItem, setItem } = secureKeyValueStore(disk)
    const storage = keyValueStorage({ getItem, setItem }, { maxBytes: 64 })
    await storage.replace('key', null, 'secret'.repeat(50))
    await storage.replace('key', await storage.read('key'), 'short')
    expect([...disk.values()].filter(Boolean)).toEqual(['.short'])
  })

  it.each([0, 63, -1, Number.NaN])('is room: not with maxBytes %s', (maxBytes) => {
    expect(() => keyValueStorage(syncStore(), { maxBytes })).toThrow(ConfigurationError)
  })
})
