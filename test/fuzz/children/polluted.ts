import assert from 'node:assert/strict'
import fc from 'fast-check'
import { fakeClock } from '../../../src/testing/index.ts'
import { cases } from '../attack.ts'
import { toldToChild } from '../child.ts'
import { VICTIMS } from '../victims.ts'

/** What clients look for in options, protocols, messages, answers and records. */
const NAMES = [
  ...[
    'baseUrl',
    'storage',
    'key',
    'keepAlive',
    'clock',
    'headers',
    'validation',
    'retry',
    'timeout',
    'reauthenticate',
  ],
  ...[
    'authorizedOrigins',
    'appBundleId',
    'teamId',
    'application',
    'clientId',
    'frontendApi',
    'proxyUrl',
    'mode',
  ],
  ...[
    'publishableKey',
    'clientToken',
    'apiVersion',
    'signal',
    'json',
    'form',
    'query',
    'params',
    'input',
    'extra',
  ],
  ...[
    'refreshToken',
    'accessToken',
    'expiresAt',
    'issuedAt',
    'expiresInMs',
    'method',
    'body',
    'credentials',
    'mark',
  ],
  ...[
    'redirect',
    'prefix',
    'searchParams',
    'hooks',
    'session',
    'tokens',
    'access_token',
    'client',
    'response',
  ],
  ...[
    'errors',
    'message',
    'isAdmin',
    'single',
    'unbounded',
    'secrets',
    'sessionId',
    'template',
    'organizationId',
  ],
]
/** Those of them that say where requests go. */
const WHERE = ['baseUrl', 'authorizedOrigins', 'proxyUrl', 'frontendApi']
const EVIL = 'https://evil.test'
const VALUES = [[EVIL], 7, true, null, {}]
const KNOWN = /^https:\/\/(api\.safer\.me|koms\.test|api\.zelf\.world|clerk\.test|api\.test)\//

const anyPollution = fc.record({
  api: fc.constantFrom(...Object.keys(VICTIMS)),
  name: fc.oneof(fc.constantFrom(...WHERE), fc.constantFrom(...NAMES)),
  value: fc.constantFrom<unknown[]>(EVIL, ...VALUES, EVIL),
})

const run = cases(anyPollution, async ({ api, name, value }) => {
  const pollute = (): void => {
    Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true })
  }
  const cleanUp = (): boolean => Reflect.deleteProperty(Object.prototype, name)
  const clock = fakeClock()
  const sent: string[] = []
  pollute()
  try {
    const { calls, signIn } =
      VICTIMS[api]?.({
        clock,
        // The server is elsewhere, where nothing is polluted.
        tamper: (fetch) => async (input, init) => {
          cleanUp()
          sent.push(new Request(input, init).url)
          return fetch(input, init).finally(pollute)
        },
      }) ?? assert.fail()
    for (const call of [signIn, ...Object.values(calls)]) await clock.until(call()).catch(() => {})
  } catch {
    // An option that is no good was told at once.
  } finally {
    cleanUp()
  }
  for (const url of sent) assert.match(url, KNOWN)
})

process.stdout.write(String(await run(...toldToChild())))
