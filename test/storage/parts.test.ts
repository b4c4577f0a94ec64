import fc from 'fast-check'
import { keyValueStorage } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { anyText } from './any-text.ts'
import type { Disk } from './key-value-stores.ts'
import { anyLimit, expectTidy, mapStore, RUNS, read, write } from './parts-disk.ts'

describe('a value in parts', () => {
  it('comes back as it was, whatever it is made of, in cells that are never too full', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyText(300), { minLength: 1, maxLength: 4 }),
        anyLimit,
        async (texts, maxBytes) => {
          const disk: Disk = new Map()
          for (const text of texts) {
            await write(disk, maxBytes, text)
            expect(await read(disk)).toBe(text)
            for (const cell of disk.values()) expect(Buffer.byteLength(cell)).toBeLessThanOrEqual(maxBytes)
            expectTidy(disk)
          }
        },
      ),
      RUNS,
    )
  })

  it('fills its cells, but never with half a character', async () => {
    const disk: Disk = new Map()
    await write(disk, 64, '🔑'.repeat(32))
    const cells = [...disk].filter(([name]) => name !== 'key').map(([, cell]) => cell)
    expect(cells.map((cell) => cell.length)).toEqual([31, 31, 5])
    expect(cells.filter((cell) => /\p{Surrogate}/u.test(cell))).toEqual([])
  })

  it('is kept whole where it fits to the byte, and in parts where it is one too long', async () => {
    for (const [text, cells] of [
      ['x'.repeat(63), 1],
      ['x'.repeat(64), 3],
      [`${'x'.repeat(61)}é`, 1],
      [`${'x'.repeat(62)}é`, 3],
    ] as const) {
      const disk: Disk = new Map()
      await write(disk, 64, text)
      expect(disk.size).toBe(cells)
      expect(await read(disk)).toBe(text)
    }
  })

  it('is never taken for another: not one that differs in a single character', async () => {
    const disk: Disk = new Map()
    await write(disk, 64, 'x'.repeat(200))
    const storage = keyValueStorage(mapStore(disk), { maxBytes: 64 })
    expect(await storage.replace('key', `${'x'.repeat(199)}y`, 'lost')).toBe(false)
    expect(await read(disk)).toBe('x'.repeat(200))
  })

  it('is left by a smaller limit, or none, without a trace', async () => {
    const disk: Disk = new Map()
    await write(disk, 64, 'a'.repeat(500))
    await write(disk, 200, 'b'.repeat(500))
    expectTidy(disk)
    await write(disk, Number.POSITIVE_INFINITY, 'c'.repeat(500))
    expect([...disk]).toEqual([['key', `.${'c'.repeat(500)}`]])
  })
})

describe('parts that were lost or changed behind its back', () => {
  it('are never put together to a wrong value, and the next write mends them', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyText(300, 130),
        anyText(80, 1),
        fc.nat(),
        fc.constantFrom('lost', 'emptied', 'cut', 'replaced', 'swapped', 'one character'),
        async (text, other, pick, how) => {
          const disk: Disk = new Map()
          await write(disk, 64, text)
          const names = [...disk.keys()].filter((name) => name !== 'key')
          const name = names[pick % names.length] as string
          const cell = disk.get(name) as string
          const neighbour = names[(pick + 1) % names.length] as string
          if (how === 'lost') disk.delete(name)
          if (how === 'emptied') disk.set(name, '')
          if (how === 'cut') disk.set(name, cell.slice(0, pick % cell.length))
          if (how === 'replaced') disk.set(name, other)
          if (how === 'swapped') disk.set(name, disk.get(neighbour) as string).set(neighbour, cell)
          if (how === 'one character') {
            const at = 1 + (pick % (cell.length - 1))
            const changed = String.fromCharCode(cell.charCodeAt(at) ^ 1)
            disk.set(name, cell.slice(0, at) + changed + cell.slice(at + 1))
          }
          const found = await read(disk)
          if (found !== text) expect(found).toMatch(/^\?/)
          expect(await read(disk)).toBe(found)
          await write(disk, 64, other)
          expect(await read(disk)).toBe(other)
          expectTidy(disk)
        },
      ),
      RUNS,
    )
  })

  it('are no value either where their head was cut short or turned to the other slot', async () => {
    const disk: Disk = new Map()
    await write(disk, 64, 'a'.repeat(200))
    const head = disk.get('key') as string
    for (const damaged of [
      head.slice(0, -1),
      head.slice(0, 2),
      `b${head.slice(1)}`,
      `${head}0`,
      'a0.',
      'x',
    ]) {
      disk.set('key', damaged)
      expect(await read(disk)).toBe(`?${damaged}`)
    }
    expect(await keyValueStorage(mapStore(disk)).replace('key', 'x', 'lost')).toBe(false)
  })

  it('are not looked for one by one where the first is missing', async () => {
    const disk: Disk = new Map([['key', 'a9999.00000000000000']])
    let reads = 0
    const { getItem, ...rest } = mapStore(disk)
    const counting = {
      ...rest,
      getItem: (name: string) => {
        reads++
        return getItem(name)
      },
    }
    expect(await keyValueStorage(counting).read('key')).toMatch(/^\?/)
    expect(reads).toBeLessThan(10)
  })
})
