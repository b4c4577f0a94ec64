import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fileRegister } from '../../src/storage/file-register.ts'
import { failure, simulatedDisk, simulatedMachine } from './simulated-files.ts'
import { chain, type Write } from './write-chain.ts'

const PROCESSES = 4
const ROUNDS = 3
/** About as many as all take together. */
const TURNS = 300
const RUNS = { numRuns: 500 }

/** Has processes read and write, and answers what each did. They fall asleep now and then, or die. */
async function race(seed: number, sleeps: number, killing = false) {
  const disk = simulatedDisk(seed)
  const machine = simulatedMachine(seed, PROCESSES, TURNS, sleeps)
  const writes: Write[] = []
  const reads: {
    readonly process: number
    readonly value: string | null
    readonly known: readonly string[]
  }[] = []
  const live = async (process: number) => {
    const register = fileRegister(disk.process(machine.turn(process)), '/root', 'name')
    for (let round = 0; round < ROUNDS; round++) {
      const known = writes.filter(({ won }) => won).map(({ next }) => next)
      const expected = await register.read()
      reads.push({ process, value: expected, known })
      const write: Write = { expected, next: `${process}.${round}` }
      writes.push(write)
      write.won = await register.replace(expected, write.next)
    }
  }
  const lives = Array.from({ length: PROCESSES }, (_, process) => live(process))
  await machine.run(killing)
  if (!killing) await Promise.all(lives)
  const last = await fileRegister(
    disk.process(async () => {}),
    '/root',
    'name',
  ).read()
  return { disk, writes, reads, values: chain(writes, last) }
}

const seeds = fc.integer({ min: 1, max: 2 ** 31 })
const sleeps = fc.integer({ min: 0, max: 8 })

describe('a value in files', () => {
  it('is never lost to a writer that raced, or slept while others wrote and cleared up', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, sleeps, async (seed, times) => {
        const { disk, writes } = await race(seed, times)
        expect(writes.filter(({ won }) => won).length).toBeGreaterThanOrEqual(ROUNDS)
        expect(disk.files).toHaveLength(1)
        expect(disk.handles).toBe(0)
      }),
      RUNS,
    )
  }, 60_000)

  it('is the old one or the new one wherever writers die, and those who live write on', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, sleeps, async (seed, times) => {
        await race(seed, times, true)
      }),
      RUNS,
    )
  }, 60_000)

  it('is never read older than what was written before the reading began, nor than what was read before', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, sleeps, async (seed, times) => {
        const { reads, values } = await race(seed, times)
        const seen = new Map<number, number>()
        for (const { process, value, known } of reads) {
          const place = values.indexOf(value)
          expect(place, `${value} was read, and never kept`).toBeGreaterThanOrEqual(seen.get(process) ?? 0)
          for (const earlier of known) expect(place).toBeGreaterThanOrEqual(values.indexOf(earlier))
          seen.set(process, place)
        }
      }),
      RUNS,
    )
  }, 60_000)

  it('is written even where what it replaces can not be removed, and is cleared up by the next writer who can', async () => {
    const disk = simulatedDisk(1)
    let stuck = true
    const register = fileRegister(
      disk.process(async (call) => {
        if (stuck && call.startsWith('unlink')) throw failure('EBUSY')
      }),
      '/root',
      'name',
    )
    await register.replace(null, 'first')
    expect(await register.replace('first', 'second')).toBe(true)
    expect(await register.read()).toBe('second')
    stuck = false
    expect(await register.replace('second', 'third')).toBe(true)
    expect(disk.files).toHaveLength(1)
  })

  it('is on the disk before it counts, and counts before the old one is removed', async () => {
    const disk = simulatedDisk(1)
    const calls: string[] = []
    const register = fileRegister(
      disk.process(async (call) => void calls.push(call)),
      '/root',
      'name',
    )
    await register.replace(null, 'first')
    const first = calls.splice(0)
    await register.replace('first', 'second')
    const order = (log: readonly string[], ...marks: readonly RegExp[]) => {
      const places = marks.map((mark) => log.findIndex((call) => mark.test(call)))
      expect(places).not.toContain(-1)
      expect(places).toEqual(places.toSorted((a, b) => a - b))
    }
    order(first, /^write .*\/1$/, /^sync .*\/1$/, /^rename/, /^sync \/root$/)
    order(calls, /^write .*\/2-/, /^sync .*\/2-/, /^link .*\/2$/, /^sync \/root\/name$/, /^unlink .*\/1$/)
  })
})
