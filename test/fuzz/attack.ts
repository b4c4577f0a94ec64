import fc from 'fast-check'
import { turnEventLoop } from '../../src/testing/event-loop.ts'

/** One way to try to hurt a client. */
export interface Attack {
  /** What it is called by: `npm run fuzz -- --only answers`. */
  readonly name: string
  /** What is attacked with what. */
  readonly what: string
  /** What must hold all the while. */
  readonly holds: string
  /** How many cases `npm test` tries. */
  readonly cases: number
  /** Tries so many cases of a seed, answers how many they were, and rejects with the smallest that gets through. */
  readonly run: (seed: number, cases: number) => Promise<number>
}

/** Tries values of a kind, one after the other, and shrinks the one that gets through. */
export function cases<Values>(
  kind: fc.Arbitrary<Values>,
  withstands: (values: Values) => Promise<void>,
): Attack['run'] {
  return async (seed, numRuns) => {
    const strays: unknown[] = []
    const note = (reason: unknown): void => void strays.push(reason)
    const property = fc.asyncProperty(kind, async (values) => {
      await withstands(values)
      await turnEventLoop(2)
      if (strays.length) throw new Error('A rejection that nobody handles', { cause: strays.splice(0)[0] })
    })
    process.on('unhandledRejection', note)
    try {
      const details = await fc.check(property, { seed, numRuns })
      if (details.failed) {
        throw new Error(await fc.asyncDefaultReportMessage(details), { cause: details.errorInstance })
      }
      return details.numRuns
    } finally {
      process.off('unhandledRejection', note)
    }
  }
}
