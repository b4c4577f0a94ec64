import assert from 'node:assert/strict'
import fc from 'fast-check'
import { fakeClock } from '../../src/testing/index.ts'
import { type Attack, cases } from './attack.ts'
import { anyChange, anyJson, anyText, type Change, changed } from './hostile.ts'
import { outcomeOf } from './outcome.ts'
import { PLACES } from './places.ts'
import { VICTIMS } from './victims.ts'

/** What becomes of one stored value. */
type Damage =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'changed'; readonly changes: readonly Change[] }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'character'; readonly at: number; readonly by: string }
  | { readonly kind: 'swapped'; readonly with: number }

const anyDamage: fc.Arbitrary<Damage> = fc.oneof(
  anyText.map((text) => ({ kind: 'text' as const, text })),
  anyJson.map((json) => ({ kind: 'text' as const, text: JSON.stringify(json) })),
  fc.record({
    kind: fc.constant('changed' as const),
    changes: fc.array(anyChange, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    kind: fc.constant('changed' as const),
    changes: fc.array(anyChange, { minLength: 1, maxLength: 1 }),
  }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat(2000) }),
  fc.record({
    kind: fc.constant('character' as const),
    at: fc.nat(2000),
    by: fc.constantFrom('\0', '0', '"', '9', '.'),
  }),
  fc.record({ kind: fc.constant('swapped' as const), with: fc.nat(9) }),
)

function damaged(value: string, damage: Damage, others: readonly string[]): string {
  switch (damage.kind) {
    case 'text':
      return damage.text
    case 'cut':
      return value.slice(0, damage.at % (value.length + 1))
    case 'character': {
      const at = damage.at % (value.length + 1)
      return value.slice(0, at) + damage.by + value.slice(at + 1)
    }
    case 'swapped':
      return others[damage.with % others.length] ?? value
    case 'changed':
      try {
        return JSON.stringify(damage.changes.reduce(changed, JSON.parse(value))) ?? ''
      } catch {
        return value + value
      }
  }
}

export const store: Attack = {
  name: 'store',
  what: 'Any bytes in the store, and records half right, under memory, key-value, cookie and encrypted storages',
  holds: 'a session or none, a typed error at the most; signing in anew works',
  cases: 150,
  run: cases(
    fc.record({
      api: fc.constantFrom(...Object.keys(VICTIMS)),
      place: fc.constantFrom(...Object.keys(PLACES)),
      damages: fc.array(fc.tuple(fc.nat(9), anyDamage), { minLength: 1, maxLength: 3 }),
      calls: fc.array(fc.nat(99), { maxLength: 3 }),
      // Whether it is found by a client that starts, or by the one that wrote it.
      restarted: fc.boolean(),
      away: fc.constantFrom(0, 3_700_000),
    }),
    async ({ api, place, damages, calls, restarted, away }) => {
      const { clock, storage, cells, put } = PLACES[place]?.(fakeClock()) ?? assert.fail()
      const before = VICTIMS[api]?.({ clock, tamper: (fetch) => fetch, storage }) ?? assert.fail()
      await clock.until(before.signIn())
      await clock.advance(away)
      const names = [...cells.keys()].sort()
      for (const [index, damage] of damages) {
        const name = names[index % names.length]
        if (name !== undefined) put(name, damaged(cells.get(name) ?? '', damage, [...cells.values()]))
      }
      const { fetch } = before.server
      const victim = restarted ? VICTIMS[api]?.({ clock, tamper: () => fetch, storage }) : before
      assert.ok(victim)
      const known = Object.values(victim.calls)
      for (const index of calls) await outcomeOf(clock, known[index % known.length] ?? assert.fail)
      // A stored token that names another Clerk client is nobody's, and the server says so.
      if (api.startsWith('clerk')) return
      const signedIn = await outcomeOf(clock, victim.signIn)
      assert.ok('value' in signedIn, 'nobody can sign in any more')
      const token = await outcomeOf(clock, victim.calls.getAccessToken ?? assert.fail)
      assert.ok('value' in token, 'a session that has begun and can not be used')
    },
  ),
}
