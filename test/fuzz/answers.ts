import assert from 'node:assert/strict'
import fc from 'fast-check'
import { fakeClock } from '../../src/testing/index.ts'
import { type Attack, cases } from './attack.ts'
import { assertTyped, outcomeOf } from './outcome.ts'
import { anyAnswer, anyGoodAnswer, type Tampering, tamperer } from './tampering.ts'
import { VICTIMS, type Victim } from './victims.ts'

/** No call may take longer: the total timeout, and what signing out waits for the lock. */
const LONGEST_CALL_MS = 35_000

interface Trial {
  readonly api: string
  readonly validation: 'strict' | 'report'
  /** Which calls are made, counted round and round. */
  readonly calls: readonly number[]
  readonly answers: readonly Tampering[]
  /** How long the user is away before, in milliseconds. */
  readonly away: number
}

const trials = (answer: fc.Arbitrary<Tampering>): fc.Arbitrary<Trial> =>
  fc.record({
    api: fc.constantFrom(...Object.keys(VICTIMS)),
    validation: fc.constantFrom('strict', 'report'),
    calls: fc.array(fc.nat(99), { minLength: 1, maxLength: 3 }),
    answers: fc.array(answer, { minLength: 1, maxLength: 4 }),
    away: fc.constantFrom(0, 0, 55_000, 3_599_000, 3_700_000),
  })

/** Signs in, then calls whatever the trial says while its answers are tampered with. */
async function attempt({ api, validation, calls, answers, away }: Trial, all?: 'all'): Promise<Victim> {
  const clock = fakeClock()
  const { wrap, begin } = tamperer()
  const victim = VICTIMS[api]?.({ clock, tamper: wrap, validation })
  assert.ok(victim)
  if (!all) {
    await clock.until(victim.signIn())
    await clock.advance(away)
  }
  begin(answers)
  const names = Object.keys(victim.calls)
  for (const index of calls) {
    const call = victim.calls[names[index % names.length] ?? '']
    assert.ok(call)
    const began = clock.monotonic()
    const outcome = await outcomeOf(clock, call)
    assert.ok(clock.monotonic() - began <= LONGEST_CALL_MS, 'a call that outlasts its time')
    if ('value' in outcome) assertHarmless(outcome.value)
  }
  assert.equal(Object.getOwnPropertyNames(Object.prototype).length, PROPERTIES)
  return victim
}

const PROPERTIES = Object.getOwnPropertyNames(Object.prototype).length

/** What is answered is plain, to its innermost part. */
function assertHarmless(value: unknown): void {
  if (typeof value !== 'object' || value === null || value instanceof ArrayBuffer) return
  if (value instanceof Error) {
    assertTyped(value)
    return
  }
  assert.ok(!Object.hasOwn(value, '__proto__'), 'a prototype that came with an answer')
  assert.ok(
    [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value)),
    'an object that is not plain',
  )
  for (const part of Object.values(value)) assertHarmless(part)
}

export const answers: Attack = {
  name: 'answers',
  what: 'Any JSON, text or bytes, under any status and content type, as the answer of any operation of all four APIs',
  holds: 'it is a result or a typed error, in time',
  cases: 500,
  run: cases(trials(anyAnswer), async (trial) => void (await attempt(trial))),
}

/** Ends a session, and is the user's own wish. */
const ENDS = /^(end|end.*|remove.*|delete.*)$/

export const goodAnswers: Attack = {
  name: 'good-answers',
  what: 'The same under status 200, to a user who is signed in and does not sign out',
  holds: 'the session lives on',
  cases: 250,
  run: cases(trials(anyGoodAnswer), async (trial) => {
    const probe = VICTIMS[trial.api]?.({ clock: fakeClock(), tamper: (fetch) => fetch })
    const names = Object.keys(probe?.calls ?? {})
    const calls = trial.calls.filter((index) => !ENDS.test(names[index % names.length] ?? ''))
    const { client } = await attempt({ ...trial, calls })
    // What Clerk says of a client is what there is: an answer that names no session is the end of it.
    if (!trial.api.startsWith('clerk')) assert.equal(client.session.snapshot().status, 'active')
  }),
}
