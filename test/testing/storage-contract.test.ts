import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/storage/memory-storage.ts'
import type { TokenStorage } from '../../src/storage/token-storage.ts'
import { storageContract } from '../../src/testing/index.ts'

/** The names of the cases that a storage, made by breaking a good one, fails. */
async function failures(broken: (sound: TokenStorage) => Partial<TokenStorage>): Promise<string[]> {
  const cases = storageContract(
    () => {
      const sound = memoryStorage()
      return { storage: { ...sound, ...broken(sound) } }
    },
    { boundMs: 200 },
  )
  const failed: string[] = []
  for (const { name, run } of cases) await run().catch(() => failed.push(name))
  return failed
}

describe('storageContract', () => {
  it('passes a sound storage', async () => {
    expect(await failures(() => ({}))).toEqual([])
  })

  it('finds a storage that writes without comparing', async () => {
    const found = await failures(() => {
      const values = new Map<string, string>()
      return { read: (key) => values.get(key) ?? null, replace: (key, _, next) => !!values.set(key, next) }
    })
    expect(found).toContain('a write that expects another value writes nothing')
    expect(found).toContain('a write that expects nothing overwrites nobody')
    expect(found).toContain('a write that expects a value brings back nothing that is gone')
    expect(found).toContain('of many first writes at once exactly one is kept')
  })

  it('finds a storage that compares and sets in two steps', async () => {
    const found = await failures((sound) => {
      const values = new Map<string, string>()
      const read = async (key: string) => values.get(key) ?? null
      const replace: TokenStorage['replace'] = async (key, expected, next) => {
        const equal = (await read(key)) === expected
        if (equal) values.set(key, next)
        sound.replace(key, await sound.read(key), next)
        return equal
      }
      return { read, replace }
    })
    expect(found).toEqual([
      'of many first writes at once exactly one is kept',
      'of many writes at once that expect the same value exactly one is kept',
    ])
  })

  it('finds a storage with no lock', async () => {
    const found = await failures(() => ({
      exclusive: async (_key, task) => task(new AbortController().signal),
    }))
    expect(found).toContain('no two tasks run at once')
    expect(found).toContain('of fifty increments under the lock none is lost')
    expect(found).toContain('who waits too long is told so, and its task never runs')
    expect(found).toContain('who is aborted before asking is never let in')
  })

  it('finds a lock that is not freed after a throw', async () => {
    const found = await failures((sound) => ({
      exclusive: (key, task, options) =>
        new Promise((resolve, reject) => {
          const freeOnSuccess = async (signal: AbortSignal) => {
            try {
              resolve(await task(signal))
            } catch (error) {
              reject(error)
              await new Promise(() => {})
            }
          }
          sound.exclusive(key, freeOnSuccess, options).catch(reject)
        }),
    }))
    expect(found).toEqual(['a task that fails is heard, and frees the lock'])
  })

  it('finds a lock that is one for all keys', async () => {
    const found = await failures((sound) => ({
      exclusive: (_key, task, options) => sound.exclusive('one', task, options),
    }))
    expect(found).toEqual(["different keys don't wait for each other"])
  })

  it('finds a lock that does not hear an abort', async () => {
    const found = await failures((sound) => ({
      exclusive: (key, task, { waitMs }) => sound.exclusive(key, task, { waitMs }),
    }))
    expect(found).toEqual([
      'who is aborted while waiting leaves the line, and breaks nothing for those behind',
      'who is aborted before asking is never let in',
    ])
  })

  it('finds a task that is interrupted by its caller', async () => {
    const found = await failures((sound) => ({
      exclusive: (key, task, options) =>
        sound.exclusive(
          key,
          (held) => task(options.signal ? AbortSignal.any([held, options.signal]) : held),
          options,
        ),
    }))
    expect(found).toEqual(['a task that has begun is not interrupted'])
  })

  it('finds keys that collide and values that are cut', async () => {
    const name = (key: string) => key.replaceAll(/[^\w-]/g, '_')
    const colliding = await failures((sound) => ({
      read: (key) => sound.read(name(key)),
      replace: (key, expected, next) => sound.replace(name(key), expected, next),
    }))
    const cutting = await failures((sound) => ({
      replace: (key, expected, next) => sound.replace(key, expected, next.slice(0, 2_048)),
    }))
    expect(colliding).toContain('keys that look alike are kept apart')
    expect(cutting).toEqual(['a long value with quotes, line breaks and emoji comes back as it was'])
  })

  it('finds a watcher that is deaf and one that goes on after its stop', async () => {
    const deaf = await failures(() => ({ watch: () => () => {} }))
    const unstoppable = await failures((sound) => ({
      watch: (key, changed) => {
        sound.watch?.(key, changed)
        return () => {}
      },
    }))
    expect(deaf).toContain('a watcher hears what another instance writes')
    expect(unstoppable).toEqual([
      'a watcher that was stopped hears nothing more, and stopping it again stops no other',
    ])
  })

  it('disposes of the store of a case that failed', async () => {
    let disposed = 0
    const make = () => ({
      storage: { ...memoryStorage(), read: () => 'junk' },
      dispose: () => void disposed++,
    })
    const [first] = storageContract(make)
    await expect(first?.run()).rejects.toThrow('reading an unknown key must give null')
    expect(disposed).toBe(1)
  })
})
