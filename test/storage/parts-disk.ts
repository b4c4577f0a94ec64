import fc from 'fast-check'
import { type KeyValueStore, keyValueStorage } from 'latchkey'
import { expect } from 'vitest'
import type { Disk } from './key-value-stores.ts'

export const SEED = 20260727
export const RUNS = { seed: SEED, numRuns: 300 }

export const anyLimit = fc.integer({ min: 64, max: 300 })

export async function write(disk: Disk, maxBytes: number, next: string): Promise<void> {
  const storage = keyValueStorage(mapStore(disk), { maxBytes })
  expect(await storage.replace('key', await storage.read('key'), next)).toBe(true)
}

export function mapStore(disk: Disk): KeyValueStore & { removeItem: (name: string) => unknown } {
  return {
    getItem: (name) => disk.get(name),
    setItem: (name, value) => disk.set(name, value),
    removeItem: (name) => disk.delete(name),
  }
}

export function read(disk: Disk): string | null | Promise<string | null> {
  return keyValueStorage(mapStore(disk)).read('key')
}

/** Nothing lies about but what the value needs. */
export function expectTidy(disk: Disk): void {
  const [, slot, count = 0] = /^([ab])(\d+)\./.exec(disk.get('key') ?? '') ?? []
  const parts = Array.from({ length: Number(count) }, (_, index) => `key.${slot}${index}`)
  expect([...disk.keys()].toSorted()).toEqual(['key', ...parts].toSorted())
}
