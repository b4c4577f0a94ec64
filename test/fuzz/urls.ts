import assert from 'node:assert/strict'
import fc from 'fast-check'
import { KomsClient } from '../../src/index.ts'
import { fakeClock } from '../../src/testing/index.ts'
import { type Attack, cases } from './attack.ts'
import { anyJson, anyText, anyValue } from './hostile.ts'
import { outcomeOf } from './outcome.ts'

/** Pieces that addresses are made of, and that lead elsewhere where they are put together wrongly. */
const PIECES = [
  ...[
    '/',
    '\\',
    '//',
    '..',
    '.',
    '%2e',
    '%2E%2e',
    '%5c',
    ':',
    '@',
    '?',
    '#',
    ';',
    '\t',
    '\n',
    ' ',
    '%00',
    '&',
    '=',
  ],
  ...['http:', 'https:', 'HTTPS:', 'blob:', 'data:', 'javascript:', 'file:', 'ws:', 'koms.test', 'evil.test'],
  ...[
    'koms.test.evil.test',
    'koms.test@evil.test',
    'dev',
    'v1',
    'localhost',
    '127.0.0.1',
    '[::1]',
    'ü',
    '💥',
    ':8443',
  ],
]

const anyUrl: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(fc.constantFrom(...PIECES), { maxLength: 7 }).map((pieces) => pieces.join('')),
  },
  { weight: 2, arbitrary: anyText },
  { weight: 1, arbitrary: anyJson },
  { weight: 1, arbitrary: fc.webUrl().map((url) => new URL(url)) },
  { weight: 1, arbitrary: fc.webUrl().map((url) => new Request(url)) },
)

const anyToken: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: fc.constant('access') },
  { weight: 1, arbitrary: fc.constantFrom('a b', 'a\nb', 'ü', '') },
  { weight: 1, arbitrary: anyValue },
)

export const urls: Attack = {
  name: 'urls',
  what: 'Any URL, method, headers and body for client.fetch, and any tokens for session.adopt',
  holds: 'the token goes to the base URL’s origin and path as it is, or nothing goes anywhere',
  cases: 300,
  run: cases(
    fc.record({
      token: anyToken,
      url: anyUrl,
      init: fc.record({ method: anyText, headers: anyValue, body: anyText }, { requiredKeys: [] }),
    }),
    async ({ token, url, init }) => {
      const clock = fakeClock()
      const sent: Request[] = []
      const { session, fetch } = new KomsClient({
        baseUrl: 'https://koms.test/dev',
        clientId: 'client-1',
        clock,
        fetch: async (...args) => {
          sent.push(new Request(...args))
          return new Response()
        },
      })
      const adopted = await outcomeOf(clock, () => session.adopt({ accessToken: token as string }))
      const isGood = typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)
      assert.equal('value' in adopted, isGood)
      if ('error' in adopted) assert.equal(adopted.error.code, 'request_validation')
      const outcome = await outcomeOf(clock, () => fetch(url as string, init as RequestInit))
      assert.equal(sent.length, 'value' in outcome ? 1 : 0)
      for (const { url, headers } of sent) {
        assert.match(url, /^https:\/\/koms\.test\/dev(?![^/?#])/)
        assert.equal(headers.get('authorization'), `Bearer ${token}`)
        assert.equal(headers.get('x-koms-clientid'), 'client-1')
      }
    },
  ),
}
