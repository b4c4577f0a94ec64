import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Fetch } from '../../src/index.ts'
import { fakeClock } from '../../src/testing/index.ts'
import { type Attack, cases } from './attack.ts'
import { outcomeOf } from './outcome.ts'
import { VICTIMS } from './victims.ts'

const LONGEST_CALL_MS = 35_000

const streamOf = (start: (controller: ReadableStreamDefaultController<Uint8Array>) => void): BodyInit =>
  new ReadableStream({ start })
const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

/** Everything that a `fetch` is not supposed to do. Those that never end are told from the rest. */
const NASTY: Readonly<Record<string, (real: Fetch, ...args: Parameters<Fetch>) => unknown>> = {
  'is as it should be': (real, ...args) => real(...args),
  'throws at once': () => {
    throw new Error('thrown at once')
  },
  'throws a TypeError at once': () => {
    throw new TypeError('fetch failed')
  },
  'throws what is no error': () => {
    throw undefined
  },
  'rejects with a string': () => Promise.reject('a string'),
  'rejects with an AbortError of its own': () => Promise.reject(new DOMException('stopped', 'AbortError')),
  'answers at once, without a promise': () => Response.json({}),
  'answers nothing': () => Promise.resolve(),
  'answers what is no answer': () => Promise.resolve({ status: '200', headers: {} }),
  'answers with a network error': () => Promise.resolve(Response.error()),
  'answers with a redirect': () => Promise.resolve(Response.redirect('https://evil.test/')),
  'answers with a body that was read': async () => {
    const response = Response.json({})
    await response.text()
    return response
  },
  'answers with a body that somebody else reads': async () => {
    const response = Response.json({})
    response.body?.getReader()
    return response
  },
  'answers more than it promised': () =>
    Promise.resolve(new Response('{"a":1}'.repeat(2), { headers: { 'content-length': '7' } })),
  'answers less than it promised': () =>
    Promise.resolve(new Response('{"a":', { headers: { 'content-length': '7' } })),
  'breaks off in the middle': async () =>
    new Response(
      streamOf((controller) => {
        controller.enqueue(bytes('{"session":'))
        queueMicrotask(() => controller.error(new TypeError('terminated')))
      }),
    ),
  'breaks off with what is no error': async () =>
    new Response(streamOf((controller) => queueMicrotask(() => controller.error(null)))),
  'acts, and loses the answer': async (real, ...args) => {
    await real(...args)
    throw new TypeError('fetch failed')
  },
  'never answers, and does not hear its signal': () => new Promise(() => {}),
  'never ends its body': async () => new Response(streamOf((controller) => controller.enqueue(bytes('{')))),
}
const ENDLESS = /^never/

export const fetches: Attack = {
  name: 'fetches',
  what: 'A fetch that throws at once, never answers, breaks off, answers more or less than promised, or nonsense; close() at any moment',
  holds: 'each call ends, in time, with a result or a typed error; after close() no timer is left',
  cases: 200,
  run: cases(
    fc.record({
      api: fc.constantFrom(...Object.keys(VICTIMS)),
      calls: fc.array(fc.nat(99), { minLength: 1, maxLength: 4 }),
      answers: fc.array(fc.constantFrom(...Object.keys(NASTY)), { minLength: 1, maxLength: 4 }),
      away: fc.constantFrom(0, 3_700_000),
      // All calls at once, and close() so many milliseconds later; or one after the other.
      closed: fc.option(fc.constantFrom(0, 1, 500, 9_999), { nil: undefined }),
    }),
    async ({ api, calls, answers, away, closed }) => {
      const clock = fakeClock()
      let turn: number | undefined
      const tamper =
        (real: Fetch): Fetch =>
        (...args) => {
          if (turn === undefined) return real(...args)
          const act = NASTY[answers[turn++ % answers.length] ?? '']
          assert.ok(act)
          return act(real, ...args) as Promise<Response>
        }
      const { client, calls: known, signIn } = VICTIMS[api]?.({ clock, tamper }) ?? assert.fail()
      await clock.until(signIn())
      await clock.advance(away)
      turn = 0
      const isEndless = answers.some((answer) => ENDLESS.test(answer))
      const { fetch, post, ...bounded } = known
      // `client.fetch` has no time limit that its caller doesn't give it.
      const all = Object.values(isEndless ? bounded : known)
      const started = calls.map((index) => all[index % all.length] ?? assert.fail)
      if (closed === undefined) {
        for (const call of started) {
          const began = clock.monotonic()
          await outcomeOf(clock, call)
          assert.ok(clock.monotonic() - began <= LONGEST_CALL_MS, 'a call that outlasts its time')
        }
        return
      }
      const outcomes = Promise.all(started.map((call) => outcomeOf(clock, call)))
      outcomes.catch(() => {})
      await clock.advance(closed)
      // An unrepeatable refresh is waited for, however long it takes.
      const closing = client.session.close()
      await clock.until(outcomes)
      if (isEndless) return
      await clock.until(closing)
      assert.equal(clock.pending, 0, 'a timer that nobody waits for')
    },
  ),
}
