import {
  browserKey,
  cookieStorage,
  encryptedStorage,
  indexedDbStorage,
  SaferMeClient,
  type TokenStorage,
} from 'latchkey'
import { storageContract } from 'latchkey/testing'
import { hostStorage, remoteStorage } from '../browser/remote-storage.ts'

/** What the browser's other interface to its cookies is like; TypeScript does not know all of it. */
interface CookieStore {
  get(name: string): Promise<{ readonly value: string } | null>
  set(cookie: object): Promise<void>
}
const { cookieStore } = globalThis as unknown as { readonly cookieStore: CookieStore }

const storages = {
  cookie: () => cookieStorage(),
  cookieStore: () =>
    cookieStorage({
      get: async (name) => (await cookieStore.get(name))?.value,
      set: (name, value, { maxAge, path, sameSite }) =>
        cookieStore.set({ name, value, path, sameSite, expires: Date.now() + maxAge * 1000 }),
    }),
  encrypted: () => encryptedStorage(indexedDbStorage(), browserKey()),
} as const

/** One for each kind: what it knows of keys, it keeps. */
const kept = {
  cookie: storages.cookie(),
  cookieStore: storages.cookieStore(),
  encrypted: storages.encrypted(),
}

export type PageKind = keyof typeof storages

const hosted = new URL(location.href).searchParams.get('host') as PageKind | null
if (hosted) hostStorage(hosted, storages[hosted]())

let other: Promise<TokenStorage> | undefined

/** Checks one rule of the storage contract, with a second instance here or in the page that hosts one. */
export async function check(kind: PageKind, far: boolean, rule: string): Promise<void> {
  if (far) other ??= remoteStorage(kind)
  const pair = { storage: storages[kind](), other: (await other) ?? storages[kind]() }
  await storageContract(() => pair, { boundMs: 5000 })
    .find(({ name }) => name === rule)
    ?.run()
}

/** Adds one so often, under the lock or with whoever comes first. */
export async function increment(kind: PageKind, times: number, isLocked: boolean): Promise<number> {
  const storage = storages[kind]()
  let refused = 0
  const add = async (): Promise<boolean> => {
    const before = await storage.read('count')
    const isWritten = await storage.replace('count', before, String(Number(before) + 1))
    if (!isWritten) refused++
    return isWritten
  }
  for (let done = 0; done < times; ) {
    const added = isLocked ? await storage.exclusive('count', add, { waitMs: 60_000 }) : await add()
    if (added || isLocked) done++
  }
  return refused
}

export function read(kind: PageKind, key: string): string | null | Promise<string | null> {
  return kept[kind].read(key)
}

/** What a write ends with: whether it was done, or the failure. */
export async function write(
  kind: PageKind,
  key: string,
  expected: string | null,
  next: string,
): Promise<unknown> {
  try {
    return await kept[kind].replace(key, expected, next)
  } catch (error) {
    return failureOf(error)
  }
}

/** Writes the cookie of `key` with these options. */
export async function writeWith(options: object, key: string): Promise<boolean> {
  return cookieStorage(options).replace(key, null, 'x')
}

function failureOf(error: unknown): unknown {
  return (error as { failure?: unknown; code?: unknown }).failure ?? (error as { code?: unknown }).code
}

/** What reading and writing end with where cookies are not to be had, or refused. */
export async function attempts(prefix?: string): Promise<unknown[]> {
  const storage = cookieStorage(prefix === undefined ? {} : { prefix })
  const outcome = async (act: () => unknown): Promise<unknown> => {
    try {
      return await act()
    } catch (error) {
      return failureOf(error)
    }
  }
  return [
    storage.reach,
    await outcome(() => storage.read('attempt')),
    await outcome(() => storage.replace('attempt', null, 'x')),
  ]
}

/** What is handed to `set` here. */
export async function attributes(options: object = {}): Promise<unknown> {
  const jar = new Map<string, string>()
  let handed: unknown
  const storage = cookieStorage({
    ...options,
    get: (name) => jar.get(name),
    set: (name, value, attributes) => {
      jar.set(name, value)
      handed = attributes
    },
  })
  await storage.replace('key', null, 'x')
  return { reach: storage.reach, ...(handed as object) }
}

/** What there is of the kept key: whether it can leave, what it may do, and its id. */
export async function key(name?: string): Promise<unknown> {
  const { current } = await browserKey(name === undefined ? {} : { name })()
  const { extractable, usages, algorithm } = current.key
  const gone = await crypto.subtle.exportKey('raw', current.key).catch(({ name }: Error) => name)
  return { id: current.id, extractable, usages, algorithm, gone }
}

/** Asks for the key so many times at once, and tells which of the answers open what the first one has sealed. */
export async function keysAtOnce(times: number): Promise<boolean[]> {
  const asked = await Promise.all(Array.from({ length: times }, () => browserKey({ name: 'at once' })()))
  const keys = asked.map(({ current }) => current.key)
  const gcm = { name: 'AES-GCM', iv: new Uint8Array(12) }
  const sealed = await crypto.subtle.encrypt(gcm, keys[0] as CryptoKey, new Uint8Array(1))
  const opened = keys.map((key) => crypto.subtle.decrypt(gcm, key, sealed))
  return (await Promise.allSettled(opened)).map(({ status }) => status === 'fulfilled')
}

/** Takes the kept key away, as the browser may. */
export async function loseKey(): Promise<void> {
  await new Promise((resolve) => {
    indexedDB.deleteDatabase('latchkey keys').onsuccess = resolve
  })
}

let client: SaferMeClient | undefined

/** A client of the site's own SaferMe. */
export function open(kind: PageKind): void {
  client = new SaferMeClient({ baseUrl: location.origin, storage: storages[kind]() })
}

export async function signIn(): Promise<void> {
  await client?.createSession({ email: 'ada@example.com', password: 'correct horse' })
}

export async function call(): Promise<number | string | undefined> {
  const answer = client?.fetch('/api/v4/reports')
  return answer?.then(
    ({ status }) => status,
    ({ code }: { code: string }) => code,
  )
}

export async function refresh(): Promise<void> {
  await client?.refreshSession()
}

export async function signOut(): Promise<void> {
  await client?.deleteSession()
}
