import fc from 'fast-check'
import { encryptedStorage, keyValueStorage, memoryStorage, type TokenStorage } from 'latchkey'
import { storageContract } from 'latchkey/testing'
import { describe, expect, it } from 'vitest'
import { aesKey, keysOf } from './aes-keys.ts'
import { anyText, wellFormedText } from './any-text.ts'
import { asyncStorage, secureKeyValueStore } from './key-value-stores.ts'
import { outcome, sealed, TEXT } from './sealed-record.ts'

const [one, two] = await Promise.all([aesKey(1), aesKey(2)])

const inners: Record<string, () => TokenStorage> = {
  'memoryStorage, which is synchronous': memoryStorage,
  'keyValueStorage over AsyncStorage': () => keyValueStorage(asyncStorage()),
  'keyValueStorage over SecureStore, in parts': () =>
    keyValueStorage(secureKeyValueStore(), { maxBytes: 2048 }),
}

describe.for(Object.entries(inners))(
  'encryptedStorage over %s keeps the storage contract',
  ([, makeInner]) => {
    const make = () => {
      const inner = makeInner()
      return {
        storage: encryptedStorage(inner, keysOf(one)),
        other: encryptedStorage(inner, async () => keysOf(one)),
      }
    }
    for (const { name, run } of storageContract(make)) it(name, run)
  },
)

describe('what is stored', () => {
  it('is an envelope that shows nothing but the key id', async () => {
    const { raw } = await sealed()
    expect(raw).toMatch(/^lk1\.key-1\.[\w-]{16}\.[\w-]+$/)
    expect(raw).not.toContain('SECRET')
    expect(Buffer.from(raw.split('.')[3] ?? '', 'base64url').toString('latin1')).not.toContain('SECRET')
  })

  it('can be opened by whoever has the key, with what WebCrypto says of AES-GCM', async () => {
    const { raw } = await sealed()
    const [, , nonce = '', ciphertext = ''] = raw.split('.')
    const plain = await crypto.subtle.decrypt(
      {
        name: 'AES-GCM',
        iv: Buffer.from(nonce, 'base64url'),
        additionalData: Buffer.from('lk1.key-1.key'),
      },
      one.key,
      Buffer.from(ciphertext, 'base64url'),
    )
    expect(new TextDecoder().decode(plain)).toBe(TEXT)
  })

  it('never has the same nonce twice', async () => {
    const { inner, storage } = await sealed()
    const nonces = new Set<string>()
    for (let writes = 0; writes < 2000; writes++) {
      await storage.replace('key', TEXT, TEXT)
      nonces.add((inner.read('key') as string).split('.')[2] as string)
    }
    expect(nonces.size).toBe(2000)
  })

  it('comes back as it was, whatever it is made of', async () => {
    await fc.assert(
      fc.asyncProperty(wellFormedText(300), anyText(20), async (text, key) => {
        const inner = memoryStorage()
        await encryptedStorage(inner, keysOf(one)).replace(key, null, text)
        expect(await encryptedStorage(inner, keysOf(one)).read(key)).toBe(text)
      }),
      {
        seed: 20260727,
        numRuns: 100,
        examples: [
          ['\ufeffwith a mark', 'key'],
          ['', ''],
        ],
      },
    )
  })
})

describe('a record that somebody has changed', () => {
  // In base64url, two lengths out of three leave bits over that mean nothing.
  it.each([TEXT, `${TEXT} `, `${TEXT}  `])(
    'in a single bit is noticed, whichever bit it is: %j',
    async (text) => {
      const { storage, raw, put } = await sealed(text)
      const bytes = Buffer.from(raw)
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const changed = Buffer.from(bytes)
        changed[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7))
        put(changed.toString('latin1'))
        expect(['garbled', 'unreadable'], `bit ${bit}`).toContain(await outcome(storage))
      }
      put(raw)
      expect(await storage.read('key')).toBe(text)
    },
  )

  it('in length is noticed, wherever it is cut and whatever is added', async () => {
    const { storage, raw, put } = await sealed()
    for (let length = 0; length < raw.length; length++) {
      put(raw.slice(0, length))
      expect(['garbled', 'unreadable'], `cut to ${length}`).toContain(await outcome(storage))
    }
    for (const added of ['A', '=', ' ', '\n', '.', 'AAAA', '.A']) {
      put(raw + added)
      expect(await outcome(storage)).toBe('garbled')
    }
  })

  it('is not the session of another name', async () => {
    const { storage, raw, put } = await sealed()
    put(raw, 'another')
    expect(await outcome(storage, 'another')).toBe('garbled')
  })

  it('is not one of another key that goes by the same id', async () => {
    const { inner } = await sealed()
    expect(await outcome(encryptedStorage(inner, keysOf({ ...two, id: one.id })))).toBe('garbled')
  })

  it('does not change keys: with the id of another one it is noticed', async () => {
    const { inner, raw, put } = await sealed()
    put(raw.replace('.key-1.', '.key-2.'))
    // Even where both ids stand for the same key.
    expect(await outcome(encryptedStorage(inner, keysOf(one, { ...one, id: 'key-2' })))).toBe('garbled')
  })

  it('into a plaintext is no session: nobody who can write there signs you in', async () => {
    const { storage, put } = await sealed()
    put(TEXT)
    expect(await outcome(storage)).toBe('garbled')
    expect(() => JSON.parse(`?${TEXT}`)).toThrow()
  })

  it('is overwritten where it is as it was read, and nowhere else', async () => {
    const { inner, storage, raw, put } = await sealed()
    put(raw.slice(0, -4))
    const found = await storage.read('key')
    put(raw.slice(0, -5))
    expect(await storage.replace('key', found, 'lost')).toBe(false)
    put(raw.slice(0, -4))
    expect(await storage.replace('key', null, 'lost')).toBe(false)
    expect(await storage.replace('key', found, 'mended')).toBe(true)
    expect(await encryptedStorage(inner, keysOf(one)).read('key')).toBe('mended')
  })
})

describe('encryptedStorage is as good as the storage under it', () => {
  it('in reach, lock and notices', async () => {
    const inner = memoryStorage()
    let reach: TokenStorage['reach'] = 'origin'
    const storage = encryptedStorage(
      {
        ...inner,
        get reach() {
          return reach
        },
      },
      keysOf(one),
    )
    expect(storage.reach).toBe('origin')
    reach = 'request'
    expect(storage.reach).toBe('request')
    let heard = 0
    storage.watch?.('key', () => heard++)
    inner.replace('key', null, 'x')
    expect(heard).toBe(1)
    await inner.exclusive(
      'key',
      async () => {
        const waiting = storage.exclusive('key', async () => {}, { waitMs: 1 })
        await expect(waiting).rejects.toMatchObject({ failure: 'locked' })
      },
      { waitMs: 1 },
    )
    expect(encryptedStorage(keyValueStorage(asyncStorage()), keysOf(one))).not.toHaveProperty('watch')
  })

  it('says where there is no WebCrypto', async () => {
    const subtle = Object.getOwnPropertyDescriptor(globalThis, 'crypto')
    const storage = encryptedStorage(memoryStorage(), keysOf(one))
    Object.defineProperty(globalThis, 'crypto', {
      configurable: true,
      value: { getRandomValues: (bytes: Uint8Array) => bytes },
    })
    try {
      await expect(storage.replace('key', null, TEXT)).rejects.toMatchObject({ failure: 'unavailable' })
    } finally {
      Object.defineProperty(globalThis, 'crypto', subtle as PropertyDescriptor)
    }
  })
})
