import { expect, it } from 'vitest'
import { ATTACKS } from './attacks.ts'

/** The cases are the same each time: `npm run fuzz` looks for new ones. */
const SEED = 2026
const LONGEST_MS = 120_000

it.for(ATTACKS)('against $name: $holds', { timeout: LONGEST_MS }, async ({ cases, run }) => {
  expect(await run(SEED, cases)).toBeGreaterThanOrEqual(cases)
})
