import { indexedDbStorage, type TokenStorage, webStorage } from 'latchkey'
import { fakeClock } from 'latchkey/testing'

const SECOND_MS = 1000
const LONG_MS = 600_000
const MOMENT_MS = 100
/** More answers, one after the other, than stealing a lock takes. */
const ANSWERS = 8

/** Stands still until it is told to go on. */
const clock = fakeClock({ settleTurns: 2 })

const storages = {
  indexedDb: indexedDbStorage(),
  local: webStorage('local'),
  session: webStorage('session'),
} as const
const onFakeClock = {
  indexedDb: indexedDbStorage({ clock }),
  local: webStorage('local', { clock }),
  session: webStorage('session', { clock }),
} as const

export type Kind = keyof typeof storages

/** A call of `exclusive`, whose task goes on until it is finished. */
export interface CallState {
  readonly entered: boolean
  readonly lost: boolean
  readonly ended: string | null
}

const calls = new Map<string, CallState & { readonly finish: () => void }>()

/** Begins a call of that name. It waits on the fake clock if `ticks` isn't set. */
export function begin(name: string, kind: 'indexedDb' | 'local', ticks: boolean, waitMs = LONG_MS): void {
  const state = { entered: false, lost: false, ended: null as string | null, finish: () => {} }
  calls.set(name, state)
  const task = (lock: AbortSignal): Promise<string> =>
    new Promise((resolve) => {
      state.entered = true
      state.finish = () => resolve('done')
      lock.addEventListener('abort', () => {
        state.lost = true
      })
    })
  const storage: TokenStorage = (ticks ? storages : onFakeClock)[kind]
  storage.exclusive('key', task, { waitMs }).then(
    (value) => {
      state.ended = value
    },
    (error: unknown) => {
      state.ended = String(error)
    },
  )
}

export function finish(name: string): void {
  calls.get(name)?.finish()
}

export function stateOf(name: string): CallState {
  const { entered, lost, ended } = calls.get(name) ?? { entered: false, lost: false, ended: null }
  return { entered, lost, ended }
}

/** Lets so much time pass on this page's fake clock, and the browser answer what is asked of it at each second. */
export async function advance(milliseconds: number): Promise<void> {
  for (let left = milliseconds; left > 0; left -= SECOND_MS) {
    await clock.advance(Math.min(left, SECOND_MS))
    for (let answers = 0; answers < ANSWERS; answers++) await navigator.locks.query()
  }
}

export function read(kind: Kind, key: string): string | null | Promise<string | null> {
  return storages[kind].read(key)
}

/** Reads on the fake clock, while so much time passes on it, and then no more: what takes longer never ends. */
export async function readWithin(milliseconds: number, kind: Kind, key: string): Promise<string | null> {
  const reading = onFakeClock[kind].read(key)
  for (let left = milliseconds; left > 0; left -= MOMENT_MS) await advance(Math.min(left, MOMENT_MS))
  return reading
}

export function replace(kind: Kind, key: string, expected: string | null, next: string): Promise<boolean> {
  return Promise.resolve(storages[kind].replace(key, expected, next))
}

/** What each method does here: `done`, or the error that it throws, in words. */
export async function attempts(kind: Kind, size = 100): Promise<Record<string, string>> {
  const storage = storages[kind]
  const outcome = async (act: () => unknown): Promise<string> => {
    try {
      await act()
      return 'done'
    } catch (error) {
      const { code, failure, cause } = error as { code?: string; failure?: string; cause?: { name?: string } }
      return [code, failure, cause?.name].filter(Boolean).join(' ')
    }
  }
  return {
    read: await outcome(() => storage.read('attempt')),
    replace: await outcome(async () =>
      storage.replace('attempt', await storage.read('attempt'), 'x'.repeat(size)),
    ),
    exclusive: await outcome(() => storage.exclusive('attempt', async () => {}, { waitMs: LONG_MS })),
    watch: await outcome(() => storage.watch?.('attempt', () => {})?.()),
  }
}

/** Tells of a write's transaction, its notice and its end, in the order in which they come. */
export async function traceOfWrite(key: string, expected: string | null, next: string): Promise<string[]> {
  const trace: string[] = []
  const begin = IDBDatabase.prototype.transaction
  const post = BroadcastChannel.prototype.postMessage
  IDBDatabase.prototype.transaction = function (stores, mode, options) {
    const transaction = begin.call(this, stores, mode, options)
    trace.push(`${mode} ${options?.durability}`)
    transaction.addEventListener('complete', () => trace.push('completed'))
    return transaction
  }
  BroadcastChannel.prototype.postMessage = function (message) {
    trace.push('told')
    post.call(this, message)
  }
  trace.push(String(await replace('indexedDb', key, expected, next)))
  IDBDatabase.prototype.transaction = begin
  BroadcastChannel.prototype.postMessage = post
  return trace
}

/** Makes this page's connections useless, as a browser may that closes them, but has not said so yet. */
export function breakConnection(): void {
  const begin = IDBDatabase.prototype.transaction
  let broken: IDBDatabase | undefined
  IDBDatabase.prototype.transaction = function (...args) {
    broken ??= this
    if (this === broken) throw new DOMException('The connection is closing', 'InvalidStateError')
    return begin.apply(this, args)
  }
}

/** Deletes the database behind the storage's back. */
export function deleteDatabase(): Promise<string> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase('latchkey')
    request.onsuccess = () => resolve('deleted')
    request.onblocked = () => resolve('blocked')
  })
}

let outcome = ''

/** Begins a write that waits on the fake clock. {@link outcomeOfWrite} tells how it ended. */
export function beginWrite(kind: Kind, key: string, expected: string | null, next: string): void {
  outcome = ''
  Promise.resolve(onFakeClock[kind].replace(key, expected, next)).then(
    (replaced) => {
      outcome = String(replaced)
    },
    ({ failure }: { failure?: string }) => {
      outcome = String(failure)
    },
  )
}

export function outcomeOfWrite(): string {
  return outcome
}

let letGo = (): void => {}

/** Keeps everybody from writing, by a transaction that doesn't end before {@link release}. */
export function block(): Promise<void> {
  return new Promise((blocking) => {
    const opening = indexedDB.open('latchkey')
    opening.onsuccess = () => {
      const values = opening.result.transaction('values', 'readwrite').objectStore('values')
      let held = true
      letGo = () => {
        held = false
        opening.result.close()
      }
      const hold = (): void => {
        blocking()
        if (held) values.get('nothing').onsuccess = hold
      }
      hold()
    }
  })
}

export function release(): void {
  letGo()
}

/** Lets this page do nothing, nor hear anything, before the server has answered under `path`. */
function hang(path: string): void {
  const request = new XMLHttpRequest()
  request.open('GET', path, false)
  request.send()
}

/** Begins to read, and then can't hear the answer. */
export async function hangInRead(key: string, path: string): Promise<void> {
  void read('indexedDb', key)
  for (let turn = 0; turn < 20; turn++) await null
  hang(path)
}

/** Begins to write, and then can't hear that it was done. */
export function hangInWrite(key: string, expected: string, next: string, path: string): Promise<boolean> {
  const { put } = IDBObjectStore.prototype
  IDBObjectStore.prototype.put = function (...args) {
    queueMicrotask(() => hang(path))
    return put.apply(this, args)
  }
  return replace('indexedDb', key, expected, next)
}

let catchingUp = (): void => {}

/** From now on this page sees an item of localStorage as it is now, whatever others write. */
export function lag(key: string): void {
  const shown = localStorage.getItem(key)
  const getItem = Storage.prototype.getItem
  Storage.prototype.getItem = function (asked) {
    return asked === key ? shown : getItem.call(this, asked)
  }
  catchingUp = () => {
    Storage.prototype.getItem = getItem
  }
}

export function catchUp(): void {
  catchingUp()
}

/** The names of the locks that are held on this origin. */
export async function heldLocks(): Promise<string[]> {
  const { held = [] } = await navigator.locks.query()
  return held.map(({ name = '' }) => name)
}

/** The names of those that are waited for. */
export async function awaitedLocks(): Promise<string[]> {
  const { pending = [] } = await navigator.locks.query()
  return pending.map(({ name = '' }) => name)
}

const heard = new Map<string, number>()

/** Counts what a watcher hears. */
export function watch(kind: Kind, key: string): void {
  storages[kind].watch?.(key, () => heard.set(key, (heard.get(key) ?? 0) + 1))
}

export function heardOf(key: string): number {
  return heard.get(key) ?? 0
}
