import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/storage/memory-storage.ts'
import { ScopedStorage } from '../../src/storage/scoped-storage.ts'
import { storageContract } from '../../src/testing/index.ts'

describe('a part of a storage keeps the storage contract', () => {
  const make = () => {
    const whole = memoryStorage()
    return { storage: new ScopedStorage(whole, 'ada'), other: new ScopedStorage(whole, 'ada') }
  }
  for (const { name, run } of storageContract(make)) it(name, run)
})

it('no owner’s key meets another owner’s, whatever the two are called', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '"', '\\', '\n', '\ud800', 'é') })
  fc.assert(
    fc.property(name, name, name, name, (owner, key, other, otherKey) => {
      const whole = memoryStorage()
      new ScopedStorage(whole, owner).replace(key, null, 'a secret')
      const same = owner === other && key === otherKey
      expect(new ScopedStorage(whole, other).read(otherKey)).toBe(same ? 'a secret' : null)
    }),
    { numRuns: 2000 },
  )
})

it.each(['client', 'machine', 'fleet'] as const)('a part of a %s’s storage reaches as far', (reach) => {
  expect(new ScopedStorage({ ...memoryStorage(), reach }, 'ada').reach).toBe(reach)
})

it('a part of a storage that can not be watched is not watched, and says so by doing nothing', () => {
  const { watch: _, ...unwatched } = memoryStorage()
  const part = new ScopedStorage(unwatched, 'ada')
  expect(() => part.watch('key', () => {})()).not.toThrow()
})
