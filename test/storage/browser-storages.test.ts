import { indexedDbStorage, type TokenStorage, webStorage } from 'latchkey'
import { fakeClock } from 'latchkey/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { HOLD_BOUND_MS } from '../../src/storage/process-lock.ts'
import { hasWebLocks } from '../programs.ts'

const storages: readonly (readonly [string, () => TokenStorage])[] = [
  ['indexedDbStorage()', () => indexedDbStorage()],
  ["webStorage('local')", () => webStorage('local')],
  ["webStorage('session')", () => webStorage('session')],
]

afterEach(() => {
  vi.unstubAllGlobals()
})

/** What each method of a storage rejects with or throws. */
async function failures(storage: TokenStorage): Promise<unknown[]> {
  const failure = async (act: () => unknown): Promise<unknown> => {
    try {
      await act()
      return undefined
    } catch (error) {
      return error
    }
  }
  return [
    await failure(() => storage.read('key')),
    await failure(() => storage.replace('key', null, 'value')),
    await failure(() => storage.exclusive('key', async () => {}, { waitMs: 1 })),
    await failure(() => storage.watch?.('key', () => {})),
  ]
}

describe.each(storages)('%s', (_, make) => {
  it('is a mistake on a server, whose users would all have one session', async () => {
    const misplaced = { code: 'configuration', message: expect.stringMatching(/server/) }
    expect(await failures(make())).toMatchObject([misplaced, misplaced, misplaced, misplaced])
  })

  it('is a mistake too on a server that has the names of a browser', async () => {
    const values = new Map<string, string>()
    const store = { getItem: (key: string) => values.get(key) ?? null, setItem: values.set.bind(values) }
    vi.stubGlobal('localStorage', store)
    vi.stubGlobal('sessionStorage', store)
    const misplaced = { code: 'configuration' }
    expect(await failures(make())).toMatchObject([misplaced, misplaced, misplaced, misplaced])
    expect(values.size).toBe(0)
  })

  it('can not be used in a page that has none, or no locks', async () => {
    const unavailable = { code: 'storage', failure: 'unavailable' }
    vi.stubGlobal('document', {})
    expect(await failures(make())).toMatchObject([unavailable, unavailable, unavailable, unavailable])
    vi.stubGlobal('indexedDB', {})
    vi.stubGlobal('localStorage', {})
    vi.stubGlobal('sessionStorage', {})
    vi.stubGlobal('navigator', {})
    expect(await failures(make())).toMatchObject([unavailable, unavailable, unavailable, unavailable])
  })

  it('does nothing before it is used', () => {
    const touched: PropertyKey[] = []
    const platform = new Proxy({}, { get: (_, name) => void touched.push(name) })
    for (const name of ['indexedDB', 'localStorage', 'sessionStorage', 'navigator', 'document'])
      vi.stubGlobal(name, platform)
    make()
    expect(touched).toEqual([])
  })
})

describe("webStorage('local')", () => {
  it.skipIf(!hasWebLocks)(
    'writes nothing when the page has slept for so long that others may have written',
    async () => {
      const items = new Map<string, string>()
      const clock = fakeClock()
      const { locks } = navigator
      vi.stubGlobal('document', {})
      for (const name of ['addEventListener', 'removeEventListener']) vi.stubGlobal(name, () => {})
      vi.stubGlobal('localStorage', {
        getItem: (key: string) => items.get(key) ?? null,
        setItem: items.set.bind(items),
      })
      let sleepMs = 0
      vi.stubGlobal('navigator', {
        locks: {
          request: locks.request.bind(locks),
          query: async () => {
            const snapshot = await locks.query()
            await clock.advance(sleepMs)
            return snapshot
          },
        },
      })
      const storage = webStorage('local', { clock })
      expect(await storage.replace('key', null, 'first')).toBe(true)
      sleepMs = HOLD_BOUND_MS * 0.6
      await expect(storage.replace('key', 'first', 'late')).rejects.toMatchObject({ failure: 'locked' })
      sleepMs = 0
      expect(await storage.read('key')).toBe('first')
      expect(await storage.replace('key', 'first', 'second')).toBe(true)
    },
  )
})
