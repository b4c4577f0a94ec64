import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Mine, reconcile } from '../../src/session/reconcile.ts'
import type { SessionRecord, StoredEndReason } from '../../src/session/record.ts'

function record(session: string, generation: number, ended: StoredEndReason | null = null): SessionRecord {
  const tokens = ended ? null : { accessToken: `${session}${generation}` }
  return { audience: 'x', session, generation, tokens, pending: null, coolDown: null, ended, replaces: [] }
}

const saved = (held: SessionRecord | null): Mine => ({ record: held, unsaved: null })

describe('what a client holds, against what is stored', () => {
  it.each<[string, Mine, SessionRecord | null, 'mine' | 'theirs']>([
    ['nothing gives way', saved(null), record('a', 1), 'theirs'],
    ['tokens stand where the storage has lost them', saved(record('a', 1)), null, 'mine'],
    ['an end stands where the storage has lost it', saved(record('a', 1, 'revoked')), null, 'mine'],
    ['another session replaces ours', saved(record('a', 9)), record('b', 1), 'theirs'],
    [
      'another session replaces an unsaved refresh',
      { record: record('a', 9), unsaved: 'change' },
      record('b', 1),
      'theirs',
    ],
    [
      'a sign-in that was never saved stands',
      { record: record('a', 1), unsaved: 'session' },
      record('b', 9),
      'mine',
    ],
    [
      'an unsaved sign-in that has ended does not',
      { record: record('a', 1, 'deleted'), unsaved: 'session' },
      record('b', 1),
      'theirs',
    ],
    ['a higher generation beats a lower', saved(record('a', 2)), record('a', 1), 'mine'],
    ['a lower generation gives way', saved(record('a', 1)), record('a', 2), 'theirs'],
    ['new tokens bring a lost session back', saved(record('a', 1, 'lost')), record('a', 2), 'theirs'],
    [
      'an end of the last generation says nothing of this',
      saved(record('a', 2)),
      record('a', 1, 'revoked'),
      'mine',
    ],
    ['an end of this generation does', saved(record('a', 2)), record('a', 2, 'revoked'), 'theirs'],
    [
      'tokens do not undo an end of their generation',
      saved(record('a', 2, 'revoked')),
      record('a', 2),
      'mine',
    ],
    ['a sign-out elsewhere beats any generation', saved(record('a', 9)), record('a', 1, 'deleted'), 'theirs'],
    ['a sign-out here beats any generation', saved(record('a', 1, 'deleted')), record('a', 9), 'mine'],
  ])('%s', (_, mine, theirs, stands) => {
    expect(reconcile(mine, theirs)).toBe(stands)
  })

  it('leaves the choice within a generation to the protocol', () => {
    const younger = () => true
    expect(reconcile(saved(record('a', 1)), record('a', 1), younger)).toBe('mine')
    expect(reconcile(saved(record('a', 1)), record('a', 1))).toBe('theirs')
  })

  it('is settled alike by two clients that hold each other’s record, within one session', () => {
    const any = fc
      .tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom(null, 'deleted', 'revoked', 'expired', 'lost'))
      .map(([generation, ended]) => record('a', generation, ended as StoredEndReason | null))
    fc.assert(
      fc.property(any, any, (one, other) => {
        const here = reconcile(saved(one), other) === 'mine' ? one : other
        const there = reconcile(saved(other), one) === 'mine' ? other : one
        expect(here.tokens).toEqual(there.tokens)
      }),
    )
  })
})
