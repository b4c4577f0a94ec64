import { indexedDbStorage, type TokenStorage, webStorage } from 'latchkey'
import { storageContract } from 'latchkey/testing'
import { hostStorage, remoteStorage } from './remote-storage.ts'

const storages = {
  indexedDb: () => indexedDbStorage(),
  local: () => webStorage('local'),
  session: () => webStorage('session'),
} as const

export type StorageKind = keyof typeof storages
/** Where the second instance is; `page`: where the first one is. */
export type OtherPlace = 'page' | 'another page' | 'frame' | 'worker' | 'shared worker' | 'service worker'

// The same script runs in every realm; one that is opened with `?host=` is there for its storage.
const { searchParams } = new URL(location.href)
const hosted = searchParams.get('host') as StorageKind | null
if (hosted) hostStorage(hosted, storages[hosted]())

const others = new Map<string, Promise<TokenStorage>>()

/** Checks one rule of the storage contract. */
export async function check(kind: StorageKind, place: OtherPlace, rule: string): Promise<void> {
  const late = kind === 'local' && place === 'another page'
  const [storage, other] = [
    storages[kind](),
    place === 'page' ? storages[kind]() : await theOther(kind, place),
  ].map((one) => (late ? caughtUp(one) : one)) as [TokenStorage, TokenStorage]
  // By turns, so that each side of the two watches, waits and writes first.
  for (const pair of [
    { storage, other },
    { storage: other, other: storage },
  ]) {
    const found = storageContract(() => pair, { boundMs: 5000 }).find(({ name }) => name === rule)
    await found?.run()
  }
}

/** Reads what has been written elsewhere, and not what of that shows yet: to compare, a page has to catch up first. */
function caughtUp(storage: TokenStorage): TokenStorage {
  return {
    ...storage,
    read: async (key) => {
      await storage.replace(key, 'nobody writes this', '')
      return storage.read(key)
    },
  }
}

function theOther(kind: StorageKind, place: OtherPlace): Promise<TokenStorage> {
  const known = others.get(place) ?? open(kind, place).then(() => remoteStorage(kind))
  others.set(place, known)
  return known
}

async function open(kind: StorageKind, place: OtherPlace): Promise<void> {
  const script = `/entry.js?host=${kind}`
  if (place === 'worker') new Worker(script)
  if (place === 'shared worker') new SharedWorker(script)
  if (place === 'service worker') await navigator.serviceWorker.register(script)
  if (place === 'frame') {
    const frame = document.createElement('iframe')
    frame.src = `/?host=${kind}`
    document.body.append(frame)
  }
}
