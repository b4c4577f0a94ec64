import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromPlain, toPlain } from '../../src/storage/plain-text.ts'
import { anyText } from './any-text.ts'

const texts = fc.oneof(anyText(50), anyText(2), fc.stringMatching(/^[_\da-f]{0,8}$/))

describe('plain text', () => {
  it('is of letters, digits, - and _, and comes back as it was', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(toPlain(text)).toMatch(/^[\w-]*$/)
        expect(fromPlain(toPlain(text))).toBe(text)
      }),
      { seed: 20260727, numRuns: 1000 },
    )
  })

  it('is never the same for two texts: no key is taken for another', () => {
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        expect(toPlain(one) === toPlain(other)).toBe(one === other)
      }),
      { seed: 20260727, numRuns: 1000 },
    )
  })
})
