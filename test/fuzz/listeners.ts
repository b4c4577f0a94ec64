import assert from 'node:assert/strict'
import fc from 'fast-check'
import { fakeClock } from '../../src/testing/index.ts'
import { SESSION_EVENTS } from '../session-events.ts'
import { type Attack, cases } from './attack.ts'
import { outcomeOf } from './outcome.ts'
import { VICTIMS, type Victim } from './victims.ts'

const TRANSPORT = ['request', 'response', 'retry'] as const
const MOST_LISTENERS = 10_000

/** What listeners do that nobody wants of them. */
const DOES: Readonly<Record<string, (victim: Victim) => unknown>> = {
  throws: () => {
    throw new Error('a listener of the program’s')
  },
  rejects: () => Promise.reject(new Error('a listener of the program’s')),
  'signs out': ({ client }) => client.session.end(),
  'signs in': ({ signIn }) => signIn(),
  refreshes: ({ client }) => client.session.refresh(),
  'asks for a token': ({ client }) => client.session.getAccessToken(),
  'sends a request': ({ calls }) => calls.fetch?.(),
  subscribes: ({ client }) => client.session.subscribe(() => {}),
  listens: ({ client }) => client.session.on('ended', () => {}),
  closes: ({ client }) => client.session.close(),
}

/** Listens to everything, and does each of these once. */
function listen(victim: Victim, does: readonly string[], count: number): () => number {
  const { client } = victim
  let told = 0
  const listener = (): (() => unknown) => {
    const left = [...does]
    return () => {
      told++
      const next = left.shift()
      return next === undefined ? undefined : DOES[next]?.(victim)
    }
  }
  for (let listening = 0; listening < count; listening++) {
    for (const type of TRANSPORT) client.on(type, listener())
    for (const type of SESSION_EVENTS) client.session.on(type, listener())
    client.session.subscribe(listener())
  }
  return () => told
}

export const listeners: Attack = {
  name: 'listeners',
  what: 'Listeners by the thousand that throw, reject, sign out, sign in, refresh, call, listen or close while they are told',
  holds: 'each call ends with a result or a typed error, and nobody hears of what a listener threw',
  cases: 50,
  run: cases(
    fc.record({
      api: fc.constantFrom(...Object.keys(VICTIMS)),
      does: fc.array(fc.constantFrom(...Object.keys(DOES)), { minLength: 1, maxLength: 4 }),
      calls: fc.array(fc.nat(99), { minLength: 1, maxLength: 3 }),
      isCrowded: fc.integer({ min: 0, max: 19 }).map((number) => number === 0),
    }),
    async ({ api, does, calls, isCrowded }) => {
      const clock = fakeClock()
      const victim = VICTIMS[api]?.({ clock, tamper: (fetch) => fetch }) ?? assert.fail()
      const told = listen(victim, isCrowded ? ['throws'] : does, isCrowded ? MOST_LISTENERS / 12 : 2)
      await outcomeOf(clock, victim.signIn)
      const known = Object.values(victim.calls)
      for (const index of calls) await outcomeOf(clock, known[index % known.length] ?? assert.fail)
      await outcomeOf(clock, () => victim.client.session.end())
      assert.ok(told() > 0)
    },
  ),
}
