import type { StorageReach, TokenStorage } from 'latchkey'

/** What of a storage is out of order: a test turns it on and off. */
export interface Disorder {
  read: boolean
  replace: boolean
  exclusive: boolean
}

export interface FrailStorage extends TokenStorage {
  readonly broken: Disorder
  /** How many tasks are running under its lock. */
  readonly held: number
  /** What was written, in this order. */
  readonly written: readonly string[]
  /** Called before each write, with how many there were; may break it. */
  beforeWrite: (count: number) => void
}

const fault = (): DOMException => new DOMException('The quota has been exceeded', 'QuotaExceededError')

/** A storage that works like `inner` until it is broken, and knows whether its lock is held. */
export function frailStorage(inner: TokenStorage, reach: StorageReach = inner.reach): FrailStorage {
  const broken = { read: false, replace: false, exclusive: false }
  const written: string[] = []
  let held = 0
  let writes = 0
  const storage: FrailStorage = {
    reach,
    broken,
    written,
    get held() {
      return held
    },
    beforeWrite: () => {},
    read: (key) => {
      if (broken.read) throw fault()
      return inner.read(key)
    },
    replace: async (key, expected, next) => {
      storage.beforeWrite(++writes)
      if (broken.replace) throw fault()
      const done = await inner.replace(key, expected, next)
      if (done) written.push(next)
      return done
    },
    exclusive: async (key, task, options) => {
      if (broken.exclusive) throw fault()
      return inner.exclusive(
        key,
        async (signal) => {
          held++
          try {
            return await task(signal)
          } finally {
            held--
          }
        },
        options,
      )
    },
    ...(inner.watch && { watch: inner.watch }),
  }
  return storage
}

/** A storage whose every step takes a turn that `turn` decides about. */
export function asynchronousStorage(
  inner: TokenStorage,
  turn: (label: string) => Promise<unknown>,
): TokenStorage {
  return {
    reach: inner.reach,
    read: async (key) => {
      await turn('read')
      const value = await inner.read(key)
      await turn('read done')
      return value
    },
    replace: async (key, expected, next) => {
      await turn('replace')
      const done = await inner.replace(key, expected, next)
      await turn('replace done')
      return done
    },
    exclusive: async (key, task, options) => {
      await turn('lock')
      return inner.exclusive(key, task, options)
    },
    watch: (key, changed) => inner.watch?.(key, () => void turn('notice').then(changed)) ?? (() => {}),
  }
}

/** A lock that was taken from whoever had it. */
export const unlocked: TokenStorage['exclusive'] = (_key, task) => task(new AbortController().signal)

/** A storage that answers later, and tells of nothing. */
export function farAway({ watch, ...inner }: TokenStorage): TokenStorage {
  return { ...inner, read: async (key) => inner.read(key) }
}

/** A storage that can be cleared. */
export function clearableStorage(like: TokenStorage): { storage: TokenStorage; clear: () => void } {
  const values = new Map<string, string>()
  const storage: TokenStorage = {
    ...like,
    read: (key) => values.get(key) ?? null,
    replace: (key, expected, next) =>
      (values.get(key) ?? null) === expected && Boolean(values.set(key, next)),
  }
  return { storage, clear: () => values.clear() }
}
