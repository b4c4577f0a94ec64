import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  beginRecord,
  endRecord,
  mintId,
  parseRecord,
  renewRecord,
  type SessionRecord,
  serializeRecord,
} from '../../src/session/record.ts'
import { seededRandom } from '../../src/testing/seeded-random.ts'

const tokens = {
  accessToken: 'access',
  refreshToken: 'refresh',
  expiresAt: 1,
  issuedAt: 0.5,
  extra: { id: 7 },
}
const random = seededRandom(1)
const begun = beginRecord('saferme', tokens, [], random)
const by = mintId(random)

describe('a stored record', () => {
  it('comes back as it was written', () => {
    const epochMs = fc.integer({ min: 0, max: 9_999_999_999_999 })
    const marks = fc.record({
      pending: fc.option(epochMs.map((at) => ({ by, at }))),
      coolDown: fc.option(fc.record({ since: epochMs, until: epochMs })),
      generation: fc.integer({ min: 1 }),
      audience: fc.string(),
      session: fc.string(),
    })
    fc.assert(
      fc.property(marks, fc.boolean(), (marked, over) => {
        const live: SessionRecord = { ...begun, ...marked }
        const record = over ? endRecord(live, 'lost') : live
        expect(parseRecord(serializeRecord(record))).toEqual({ kind: 'record', record })
      }),
    )
  })

  it('takes no more room with its marks than without, so that a full disk lets a refresh be marked', () => {
    const marked = {
      ...begun,
      pending: { by, at: 1_767_225_600_000.5 },
      coolDown: { since: 1_767_225_599_000, until: 1_767_225_600_000.5 },
    }
    expect(serializeRecord(marked)).toHaveLength(serializeRecord(begun).length)
  })

  it('can be read again whatever the clocks said, so that it is not lost for a wrong one', () => {
    for (const at of [-1, Number.MAX_SAFE_INTEGER, 1e300, Number.POSITIVE_INFINITY]) {
      const marked = { ...begun, pending: { by, at }, coolDown: { since: at, until: at } }
      expect(parseRecord(serializeRecord(marked))).toMatchObject({ kind: 'record' })
    }
  })

  it('of another version is told from garbage', () => {
    expect(parseRecord('{"v":2}')).toEqual({ kind: 'unknown' })
    for (const raw of ['', '{', 'null', '7', '[]', '{}', '{"v":1}', serializeRecord(begun).slice(0, -1)])
      expect(parseRecord(raw)).toEqual({ kind: 'garbled' })
  })

  it.each([
    ['tokens and an end', { ...begun, ended: 'lost' }],
    ['neither tokens nor an end', { ...begun, tokens: null }],
    ['a generation that is no number', { ...begun, generation: '1' }],
    ['an access token that is no string', { ...begun, tokens: { accessToken: 7 } }],
  ])('with %s is garbage', (_, record) => {
    expect(parseRecord(serializeRecord(record as never))).toEqual({ kind: 'garbled' })
  })
})

describe('a session', () => {
  it('keeps its id through renewals, and counts them', () => {
    const marked = { ...begun, pending: { by, at: 1 }, coolDown: { since: 1, until: 2 } }
    const renewed = renewRecord(marked, { accessToken: 'next' })
    expect(renewed).toMatchObject({ session: begun.session, generation: 2, pending: null, coolDown: null })
    expect(renewRecord(endRecord(renewed, 'lost'), tokens)).toMatchObject({ generation: 3, ended: null })
    expect(beginRecord('saferme', tokens, [], random).session).not.toBe(begun.session)
  })
})
