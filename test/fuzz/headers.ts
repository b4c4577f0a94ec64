import assert from 'node:assert/strict'
import fc from 'fast-check'
import { fakeClock } from '../../src/testing/index.ts'
import { type Attack, cases } from './attack.ts'
import { outcomeOf } from './outcome.ts'
import { type Tampering, tamperer } from './tampering.ts'
import { VICTIMS } from './victims.ts'

const LONGEST_CALL_MS = 35_000
/** Three sends with a replay each, their refresh, and what a Clerk client asks besides. */
const MOST_REQUESTS = 20
/** A server may ask for five minutes of patience. */
const LONGEST_COOL_DOWN_MS = 300_000

const NAMES = [
  ...[
    'retry-after',
    'date',
    'age',
    'content-length',
    'content-encoding',
    'content-type',
    'location',
    'expires',
  ],
  ...['authorization', 'set-cookie', 'clerk-db-jwt', 'www-authenticate', 'cache-control', 'link', 'refresh'],
]

const VALUES = [
  ...[
    '',
    '0',
    '-1',
    '-0',
    '1',
    '1.5',
    '1e3',
    '1e999',
    '0x10',
    '99999999999999999999',
    'NaN',
    'Infinity',
    '١٢',
  ],
  ...[
    'Thu, 01 Jan 1970 00:00:00 GMT',
    'Fri, 31 Dec 9999 23:59:59 GMT',
    'Sat, 32 Foo 2026 99:99:99 GMT',
    'now',
  ],
  ...[
    '2026-01-01T00:00:00Z',
    '+275760-09-13T00:00:00.001Z',
    'Bearer',
    'Bearer ',
    'Bearer x',
    'Bearer x y z',
    'x',
  ],
  ...[
    'a=b; Domain=evil.test; Path=/',
    '__session=; Max-Age=0',
    '__proto__=1',
    'https://evil.test/',
    '//evil.test',
  ],
  ...[
    'ey.ey.ey',
    'eyJhbGciOiJub25lIn0.eyJleHAiOi0xLCJpYXQiOjFlMzA4fQ.x',
    'x'.repeat(50_000),
    '\xff\xfe',
    '"',
    ';;,,=',
  ],
]

/** What a header can hold: Latin-1 without control characters. */
const anyHeaderValue: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...VALUES).filter((value) => /^[\x20-\xff]*$/.test(value)),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => String.fromCharCode(...bytes).replace(/\p{Cc}/gu, '~')),
  fc.integer().map(String),
  fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
)

const anyHeaders: fc.Arbitrary<Tampering> = fc.record({
  status: fc.constantFrom(undefined, undefined, undefined, 401, 420, 429, 503),
  headers: fc.array(fc.tuple(fc.constantFrom(...NAMES), anyHeaderValue), { minLength: 1, maxLength: 4 }),
  body: fc.constant({ kind: 'kept' } as const),
})

/** A refusal is the server's word, and so is a length: what is too long is not read. */
function tellsNoLie({ status, headers }: Tampering): boolean {
  return status === undefined && headers.every(([name]) => name !== 'content-length')
}

export const headers: Attack = {
  name: 'headers',
  what: 'Any values in Retry-After, Date, Age, Content-Length, Authorization, Set-Cookie, Clerk-Db-Jwt and the like',
  holds:
    'it is a result or a typed error, in time and with a bounded number of requests; the next call works',
  cases: 200,
  run: cases(
    fc.record({
      api: fc.constantFrom(...Object.keys(VICTIMS)),
      calls: fc.array(fc.nat(99), { minLength: 1, maxLength: 3 }),
      answers: fc.array(anyHeaders, { minLength: 1, maxLength: 3 }),
      away: fc.constantFrom(0, 55_000, 3_599_000, 3_700_000),
    }),
    async ({ api, calls, answers, away }) => {
      const clock = fakeClock()
      const { wrap, begin, statuses } = tamperer()
      const victim = VICTIMS[api]?.({ clock, tamper: wrap })
      assert.ok(victim)
      await clock.until(victim.signIn())
      await clock.advance(away)
      const names = Object.keys(victim.calls)
      for (const index of calls) {
        begin(answers)
        const began = clock.monotonic()
        await outcomeOf(clock, victim.calls[names[index % names.length] ?? ''] ?? assert.fail)
        assert.ok(clock.monotonic() - began <= LONGEST_CALL_MS, 'a call that outlasts its time')
        assert.ok(statuses.length <= MOST_REQUESTS, `${statuses.length} requests for one call`)
      }
      begin([])
      await clock.advance(LONGEST_COOL_DOWN_MS + 1000)
      if (
        api.startsWith('clerk') ||
        !answers.every(tellsNoLie) ||
        victim.client.session.snapshot().status !== 'active'
      )
        return
      const outcome = await outcomeOf(clock, victim.calls.getAccessToken ?? assert.fail)
      assert.ok('value' in outcome, 'a session that lives and can not be used')
    },
  ),
}
