import { browserKey, ConfigurationError, encryptedStorage, memoryStorage, StorageError } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { aesKey, keysOf } from './aes-keys.ts'
import { outcome, sealed, TEXT } from './sealed-record.ts'

const [one, two, three] = await Promise.all([aesKey(1), aesKey(2), aesKey(3)])

describe('the keys of encryptedStorage', () => {
  it('are rotated: what an earlier one sealed is read, and sealed with the current one when it is written', async () => {
    const { inner, raw } = await sealed()
    const rotated = encryptedStorage(inner, keysOf(two, one))
    expect(await rotated.read('key')).toBe(TEXT)
    expect(inner.read('key')).toBe(raw)
    expect(await rotated.replace('key', TEXT, 'next')).toBe(true)
    expect(inner.read('key')).toMatch(/^lk1\.key-2\./)
    expect(await encryptedStorage(inner, keysOf(three, one, two)).read('key')).toBe('next')
  })

  it('that are not at hand make a record unreadable, and it is left alone', async () => {
    const { inner, raw } = await sealed()
    const storage = encryptedStorage(inner, keysOf(two))
    expect(await outcome(storage)).toBe('unreadable')
    for (const expected of [null, TEXT, `?${raw}`]) {
      await expect(storage.replace('key', expected, 'lost')).rejects.toMatchObject({ failure: 'unreadable' })
    }
    expect(inner.read('key')).toBe(raw)
  })

  it('of a later version of the envelope are not at hand either', async () => {
    const { inner, storage, put } = await sealed()
    for (const later of ['lk2.key-1.who.knows', 'lk10.x', 'lk0.']) {
      put(later)
      expect(await outcome(storage)).toBe('unreadable')
      await expect(storage.replace('key', null, 'lost')).rejects.toBeInstanceOf(StorageError)
      expect(inner.read('key')).toBe(later)
    }
  })

  it('are fetched at first use, once, and not where there is nothing to open', async () => {
    let calls = 0
    const inner = memoryStorage()
    const storage = encryptedStorage(inner, async () => {
      calls++
      return keysOf(one)
    })
    expect(await storage.read('key')).toBe(null)
    expect(calls).toBe(0)
    await Promise.all([storage.replace('a', null, TEXT), storage.replace('b', null, TEXT)])
    await storage.read('a')
    expect(calls).toBe(1)
  })

  it('are fetched again for an id that is not among them: somebody else may have rotated them', async () => {
    let keys = keysOf(one)
    let calls = 0
    const { inner } = await sealed()
    const storage = encryptedStorage(inner, () => {
      calls++
      return keys
    })
    expect(await storage.read('key')).toBe(TEXT)
    keys = keysOf(two, one)
    await encryptedStorage(inner, keys).replace('key', TEXT, 'next')
    expect(await storage.read('key')).toBe('next')
    expect(calls).toBe(2)
    await encryptedStorage(inner, keysOf(three, two)).replace('key', 'next', 'last')
    expect(await outcome(storage)).toBe('unreadable')
    expect(calls).toBe(3)
  })

  it('are fetched once for an id that was not even among them at first', async () => {
    let calls = 0
    const { inner } = await sealed()
    const storage = encryptedStorage(inner, () => {
      calls++
      return keysOf(two)
    })
    expect(await outcome(storage)).toBe('unreadable')
    expect(calls).toBe(1)
  })

  it('are fetched again for a record that the one at hand can not open: the key of that id may be another by now', async () => {
    let keys = keysOf(one)
    const inner = memoryStorage()
    const storage = encryptedStorage(inner, () => keys)
    await storage.replace('key', null, TEXT)
    keys = keysOf({ ...two, id: one.id })
    inner.replace('key', inner.read('key') as string, '')
    await encryptedStorage(inner, keys).replace('key', '?', 'of the new key')
    expect(await storage.read('key')).toBe('of the new key')
    await storage.replace('key', 'of the new key', 'next')
    expect(await encryptedStorage(inner, keys).read('key')).toBe('next')
  })

  it('that can not be fetched now are asked for again, and those at hand still serve', async () => {
    let failing = true
    const { inner, put } = await sealed()
    const storage = encryptedStorage(inner, async () => {
      if (failing) throw new Error('no connection to https://kms.test?token=SECRET')
      return keysOf(one)
    })
    const failure: unknown = await Promise.resolve(storage.read('key')).catch((error: unknown) => error)
    expect(failure).toEqual(new StorageError('unreadable', 'The keys of the token storage are not to be had'))
    expect(failure).not.toHaveProperty('cause')
    failing = false
    expect(await storage.read('key')).toBe(TEXT)
    failing = true
    put('lk1.elsewhere.AAAAAAAAAAAAAAAA.AAAA', 'other')
    expect(await outcome(storage, 'other')).toBe('unreadable')
    expect(await storage.read('key')).toBe(TEXT)
    expect(await storage.replace('key', TEXT, 'next')).toBe(true)
  })

  it('that a browser would keep are not to be had on a server', async () => {
    await expect(browserKey()()).rejects.toBeInstanceOf(ConfigurationError)
    const storage = encryptedStorage(memoryStorage(), browserKey())
    await expect(storage.replace('key', null, TEXT)).rejects.toBeInstanceOf(ConfigurationError)
  })

  it('that fail with an error of the storage say so themselves', async () => {
    const { inner } = await sealed()
    for (const error of [new StorageError('unavailable', 'x'), new ConfigurationError('x')]) {
      await expect(encryptedStorage(inner, () => Promise.reject(error)).read('key')).rejects.toBe(error)
    }
  })

  it.each([
    ['two under one id', () => keysOf(one, { ...two, id: one.id })],
    ['an id with a dot', () => keysOf({ ...one, id: 'a.b' })],
    ['an empty id', () => keysOf({ ...one, id: '' })],
    ['a key that can not encrypt', async () => keysOf(await aesKey(1, ['decrypt']))],
    [
      'a key of another kind',
      async () => {
        const key = await crypto.subtle.generateKey({ name: 'AES-CBC', length: 256 }, false, ['encrypt'])
        return keysOf({ id: 'key-1', key })
      },
    ],
    ['bytes', () => keysOf({ id: 'key-1', key: new Uint8Array(32) as never })],
  ])('that are a mistake are a ConfigurationError: %s', async (_, keys) => {
    const storage = encryptedStorage(memoryStorage(), keys)
    await expect(storage.replace('key', null, TEXT)).rejects.toBeInstanceOf(ConfigurationError)
  })

  it('of earlier days need not be able to encrypt', async () => {
    const { inner } = await sealed()
    const storage = encryptedStorage(inner, keysOf(two, await aesKey(1, ['decrypt'])))
    expect(await storage.replace('key', TEXT, 'next')).toBe(true)
  })
})
