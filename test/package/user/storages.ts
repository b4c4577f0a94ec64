import {
  browserKey,
  cookieStorage,
  encryptedStorage,
  fileStorage,
  indexedDbStorage,
  type KeyValueStore,
  keyValueStorage,
  memoryStorage,
  redisStorage,
  type TokenStorage,
  webStorage,
} from 'latchkey'

interface Asynchronous {
  getItem(name: string): Promise<string | null>
  setItem(name: string, value: string): Promise<void>
  removeItem(name: string): Promise<void>
}

interface Redis {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
}

export const inBrowsers = (): readonly TokenStorage[] => [
  indexedDbStorage({ name: 'tokens' }),
  webStorage('local'),
  webStorage('session'),
  cookieStorage({ secure: true, sameSite: 'strict' }),
  encryptedStorage(indexedDbStorage(), browserKey()),
]

export async function onServers(
  redis: Redis,
  cookies: Map<string, string>,
): Promise<readonly TokenStorage[]> {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  return [
    encryptedStorage(redisStorage(redis, { prefix: 'tokens:' }), { current: { id: '2026-07', key } }),
    encryptedStorage(fileStorage('/var/lib/app/tokens'), async () => ({ current: { id: 'a', key } })),
    cookieStorage({
      get: (name) => cookies.get(name),
      set: (name, value, { maxAge }) => void (maxAge > 0 ? cookies.set(name, value) : cookies.delete(name)),
    }),
  ]
}

export const anywhere = (asynchronous: Asynchronous, synchronous: KeyValueStore): readonly TokenStorage[] => [
  memoryStorage(),
  keyValueStorage(asynchronous, { maxBytes: 2048 }),
  keyValueStorage(synchronous),
]
