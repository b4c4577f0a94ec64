import { seededRandom } from '../../src/testing/seeded-random.ts'

/** All the chance of one world: the same seed makes the same choices. */
export class Chance {
  /** A number from 0 up to but not including 1. */
  readonly random: () => number

  constructor(seed: number) {
    // Neighbouring seeds are to have nothing in common.
    this.random = seededRandom(Math.imul(seed, 0x9e3779b1) ^ (seed >>> 16))
  }

  happens(probability: number): boolean {
    return probability > 0 && this.random() < probability
  }

  /** A number from `least` up to but not including `most`. */
  between(least: number, most: number): number {
    return least + this.random() * (most - least)
  }

  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number {
    return Math.floor(this.between(least, most + 1))
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)] as T
  }

  /** One of the keys, each as likely as its weight says. */
  weighted<Key extends string>(weights: Readonly<Record<Key, number>>): Key {
    const entries = Object.entries(weights) as [Key, number][]
    let left = this.random() * entries.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [key, weight] of entries) {
      left -= weight
      if (left < 0) return key
    }
    return (entries.at(-1) as [Key, number])[0]
  }
}
