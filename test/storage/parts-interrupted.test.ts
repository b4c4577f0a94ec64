import fc from 'fast-check'
import { type Clock, keyValueStorage, StorageError, systemClock } from 'latchkey'
import { fakeClock } from 'latchkey/testing'
import { describe, expect, it } from 'vitest'
import { heldCells } from '../../src/storage/parts.ts'
import { turnEventLoop } from '../../src/testing/event-loop.ts'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import { anyText } from './any-text.ts'
import { type Disk, dead, dyingStore, secureKeyValueStore } from './key-value-stores.ts'
import { anyLimit, expectTidy, mapStore, RUNS, read, SEED, write } from './parts-disk.ts'

describe('a process that dies in the middle of a write', () => {
  it('leaves the old value or the new one, whenever it dies, and nothing that the next write does not clear', async () => {
    let deaths = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ text: anyText(300), step: fc.nat(8), arrives: fc.boolean() }), {
          minLength: 1,
          maxLength: 5,
        }),
        anyLimit,
        anyText(300),
        async (attempts, maxBytes, last) => {
          const disk: Disk = new Map()
          let old: string | null = null
          for (const { text, step, arrives } of attempts) {
            const storage = keyValueStorage(dyingStore(secureKeyValueStore(disk), step, arrives), {
              maxBytes,
            })
            await Promise.resolve(storage.replace('key', old, text)).catch((error: unknown) => {
              expect(error).toBe(dead)
              deaths++
            })
            const found = await read(disk)
            expect([old, text]).toContain(found)
            old = found
          }
          await write(disk, maxBytes, last)
          expect(await read(disk)).toBe(last)
          expectTidy(disk)
        },
      ),
      RUNS,
    )
    expect(deaths).toBeGreaterThan(100)
  })

  it('has written once it answers so: a store that fails to clear up afterwards costs nothing', async () => {
    const disk: Disk = new Map()
    await write(disk, 64, 'a'.repeat(200))
    const failing = { ...mapStore(disk), removeItem: () => Promise.reject(new Error('no')) }
    const storage = keyValueStorage(failing, { maxBytes: 64 })
    expect(await storage.replace('key', 'a'.repeat(200), 'b'.repeat(200))).toBe(true)
    expect(await read(disk)).toBe('b'.repeat(200))
    await write(disk, 64, 'c')
    expectTidy(disk)
  })
})

describe('whoever reads while another one writes', () => {
  it('gets the value from before or from after, never a mixture', async () => {
    const disk: Disk = new Map()
    const writer = keyValueStorage(secureKeyValueStore(disk, SEED), { maxBytes: 64 })
    const reader = keyValueStorage(secureKeyValueStore(disk, SEED + 1), { maxBytes: 64 })
    const random = seededRandom(SEED)
    const values = Array.from({ length: 60 }, (_, index) =>
      `${index} `.repeat(10 + Math.floor(random() * 90)),
    )
    const seen = new Set<string | null>()
    let writing = true
    const reads = async (): Promise<void> => {
      while (writing) {
        await turnEventLoop(Math.floor(random() * 3))
        seen.add(await reader.read('key'))
      }
    }
    const readers = [reads(), reads(), reads()]
    let before: string | null = null
    for (const value of values) {
      expect(await writer.replace('key', before, value)).toBe(true)
      before = value
      await turnEventLoop(Math.floor(random() * 20))
    }
    writing = false
    await Promise.all(readers)
    for (const value of seen) expect([null, ...values]).toContain(value)
    expect(seen.size).toBeGreaterThan(20)
  })
})

describe('whoever has lost the right to write in the middle of it', () => {
  const cellsOf = (disk: Disk) => ({
    get: (name: string) => disk.get(name),
    set: (name: string, text: string) => disk.set(name, text),
    remove: (name: string) => disk.delete(name),
  })

  /** A store whose second write waits until it is let go. */
  function hangingStore(disk: Disk) {
    const store = mapStore(disk)
    let release = (): void => {}
    let writes = 0
    const hanging = {
      ...store,
      setItem: async (name: string, value: string) => {
        if (++writes === 2) {
          await new Promise<void>((resolve) => {
            release = resolve
          })
        }
        return store.setItem(name, value)
      },
    }
    return { hanging, release: () => release() }
  }

  it('because it took too long writes nothing more over what came after it', async () => {
    const clock = fakeClock()
    const disk: Disk = new Map()
    const { hanging, release } = hangingStore(disk)
    const storage = keyValueStorage(hanging, { maxBytes: 64, clock })
    const slow = Promise.resolve(storage.replace('key', null, 'a'.repeat(200)))
    const failure = slow.catch((error: unknown) => error)
    await clock.advance(31_000)
    expect(await storage.replace('key', null, 'b'.repeat(200))).toBe(true)
    release()
    expect(await failure).toMatchObject({ failure: 'locked' })
    expect(await storage.read('key')).not.toBe('a'.repeat(200))
  })

  it('because its machine slept writes nothing more either, told of it or not', async () => {
    let slept = 0
    const clock: Clock = { ...systemClock, monotonic: () => slept }
    const disk: Disk = new Map()
    const { hanging, release } = hangingStore(disk)
    const storage = keyValueStorage(hanging, { maxBytes: 64, clock })
    const slow = Promise.resolve(storage.replace('key', null, 'a'.repeat(200)))
    const failure = slow.catch((error: unknown) => error)
    await turnEventLoop(5)
    slept = 15_001
    release()
    expect(await failure).toMatchObject({ failure: 'locked' })
    expect(disk.has('key')).toBe(false)
    expect(await storage.replace('key', null, 'b'.repeat(200))).toBe(true)
    expectTidy(disk)
  })

  it('because it was told so neither writes nor removes, and may still read', () => {
    const disk: Disk = new Map([['key', 'there']])
    const losing = new AbortController()
    const cells = heldCells(cellsOf(disk), losing.signal, systemClock)
    cells.set('other', 'written')
    cells.remove('other')
    const reason = new StorageError('locked', 'lost')
    losing.abort(reason)
    expect(() => cells.set('key', 'lost')).toThrow(reason)
    expect(() => cells.remove('key')).toThrow(reason)
    expect(cells.get('key')).toBe('there')
    expect([...disk]).toEqual([['key', 'there']])
  })
})
