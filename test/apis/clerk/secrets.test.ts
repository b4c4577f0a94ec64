import { ClerkClient, type ClerkMode } from 'latchkey'
import { fakeClerk, fakeClock } from 'latchkey/testing'
import { describe, expect, it } from 'vitest'
import { quotingFaults } from '../../client/fault-shapes.ts'
import { Showing } from '../../client/traces.ts'

const PASSWORD = 'SECRET-pässwörd/"1"'
const CODE = 'SECRET-424242'
const PROOF = 'SECRET-proof'
const CREDENTIAL = '{"id":"SECRET-passkey"}'
const HANDED_OVER = 'SECRET-handed-over'
const user = {
  id: 'user_1',
  email: 'ada@example.com',
  password: PASSWORD,
  passkey: 'SECRET-passkey',
  totp: true,
}

/** A client, everything that it shows, and every token that went over its wire. */
function scene(mode: ClerkMode, validation: 'strict' | 'report') {
  const clock = fakeClock()
  const server = fakeClerk({
    clock,
    instance: mode === 'development' ? 'development' : 'production',
    ambientCookie: mode === 'browser',
    rotate: true,
    users: [user],
    templates: { hasura: {} },
  })
  const id = server.addSession()
  const secrets = new Set([PASSWORD, CODE, PROOF, 'SECRET-passkey', HANDED_OVER])
  const latest = { credential: '', session: '' }
  const note = (text: string | null, kind?: keyof typeof latest): void => {
    for (const [token] of (text ?? '').matchAll(/(ey[\w-]+\.[\w-]+\.[\w-]+|dvb_[\w-]{20,})/g)) {
      secrets.add(token)
      if (kind) latest[kind] = token
    }
  }
  const clerk = new ClerkClient({
    proxyUrl: 'https://clerk.test/__clerk',
    mode,
    clock,
    validation,
    apiVersion: '2025-11-10',
    authorizedOrigins: ['https://api.test'],
    retry: { retries: 1 },
    fetch: async (input, init) => {
      const request = new Request(input, init)
      const url = request.url.replace('/__clerk', '')
      note(url)
      note(request.headers.get('authorization'))
      const response = await server.fetch(new Request(url, request))
      note(response.headers.get('authorization') ?? response.headers.get('clerk-db-jwt'), 'credential')
      if (response.ok)
        note(await response.clone().text(), url.includes('dev_browser') ? 'credential' : 'session')
      return response
    },
  })
  const showing = new Showing(clerk)
  return { clock, server, id, clerk, showing, secrets, latest }
}

describe.each(['browser', 'development', 'native'] as const)('Clerk, mode %s: no secret shows', (mode) => {
  const faults = quotingFaults([400, 401, 403, 404, 422, 429, 500, 503])
  it.each(faults)('where there is %s', async (name, fault) => {
    for (const validation of ['strict', 'report'] as const) {
      // What is let through is the program's own wish, whatever is in it.
      if (validation === 'report' && name.includes('wrong type')) continue
      const { clock, server, id, clerk, showing, secrets, latest } = scene(mode, validation)
      const calls: readonly [sent: readonly string[], call: () => Promise<unknown>, operation?: string][] = [
        [[], () => clerk.getClient()],
        [[], () => clerk.getSession(id)],
        [[], () => clerk.touchSession(id, { active_organization_id: 'acme' })],
        [[], () => clerk.createSessionToken(id)],
        [[], () => clerk.createSessionTokenWithTemplate(id, 'hasura')],
        [[], () => clerk.getToken({ skipCache: true })],
        [[], () => clerk.getToken({ sessionId: id, template: 'hasura' })],
        [[], () => clerk.startReverification(id, { level: 'multi_factor' })],
        [
          [PROOF],
          () =>
            clerk.prepareFirstFactor(id, {
              strategy: 'email_code',
              email_address_id: 'idn_1',
              proof_token: PROOF,
            }),
        ],
        [[PASSWORD], () => clerk.attemptFirstFactor(id, { strategy: 'password', password: PASSWORD })],
        [[CODE], () => clerk.attemptFirstFactor(id, { strategy: 'email_code', code: CODE })],
        [
          [CREDENTIAL],
          () => clerk.attemptFirstFactor(id, { strategy: 'passkey', public_key_credential: CREDENTIAL }),
        ],
        [[PROOF], () => clerk.prepareSecondFactor(id, { strategy: 'phone_code', proof_token: PROOF })],
        [[CODE], () => clerk.attemptSecondFactor(id, { strategy: 'totp', code: CODE })],
        [
          [PASSWORD],
          () =>
            clerk.reverify(id, {
              level: 'first_factor',
              choose: (factors) => factors[0] ?? { strategy: 'password' },
              code: () => PASSWORD,
            }),
          'attemptFirstFactor',
        ],
        [[], () => clerk.fetch('/reports')],
        [[], () => clerk.session.refresh()],
        [[], () => clerk.session.restore()],
        [[], () => clerk.endSession(id)],
        [[], () => clerk.removeSession(id)],
        [[], () => clerk.removeSessions()],
        [[], () => clerk.session.end()],
      ]
      await clock.until(clerk.getToken().catch(() => {}))
      for (const [sent, call, operation = '*'] of calls) {
        // What a server could quote: what it was just sent, and the tokens of the moment.
        const known = operation === '*' ? [latest.credential, latest.session] : []
        server.fault(operation, fault([...sent, ...known].join(' ')), { times: 9 })
        await showing.of(() => clock.until(call().then(() => undefined)))
        server.clearFaults()
        await clock.advance(61_000)
      }
      await showing.of(() =>
        clock.until(clerk.session.adopt({ accessToken: `${HANDED_OVER}\n` }).then(() => undefined)),
      )
      await clerk.close()
      expect(showing.codes.length).toBeGreaterThan(5)
      expect(secrets.size).toBeGreaterThan(5)
      showing.expectNone([...secrets])
    }
  })
})

it('a client token that is handed over shows nowhere, not even where it is no good', async () => {
  const { clock, server } = scene('native', 'strict')
  for (const clientToken of [HANDED_OVER, `${HANDED_OVER}\n`]) {
    try {
      const clerk = new ClerkClient({
        frontendApi: 'clerk.test',
        mode: 'native',
        clientToken,
        clock,
        fetch: server.fetch,
      })
      const showing = new Showing(clerk)
      await showing.of(() => clock.until(clerk.getClient()))
      expect(showing.codes).toEqual(['clerk_api'])
      showing.expectNone([HANDED_OVER])
    } catch (error) {
      expect(`${(error as Error).stack}`).not.toContain(HANDED_OVER)
    }
  }
})
