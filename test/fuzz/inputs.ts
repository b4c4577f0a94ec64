import assert from 'node:assert/strict'
import fc from 'fast-check'
import { ClerkClient, KomsClient, memoryStorage, SaferMeClient, ZelfClient } from '../../src/index.ts'
import {
  type FakeClock,
  fakeClerk,
  fakeClock,
  fakeKoms,
  fakeSaferMe,
  fakeZelf,
} from '../../src/testing/index.ts'
import { type Attack, cases } from './attack.ts'
import { anyValue } from './hostile.ts'
import { outcomeOf } from './outcome.ts'

type Values = Readonly<Record<string, unknown>>
type Untyped = Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>

/** One operation, the fields that its input has, and what may go out for it. */
interface Entry {
  readonly name: string
  readonly fields: readonly string[]
  readonly call: (client: Untyped, input: Values, options: unknown) => Promise<unknown> | undefined
  /** Method and path. */
  readonly sends: RegExp
  /** The input's fields as they must stand in the body, by the body's own nesting. */
  readonly body?: (json: Values) => unknown
}

const CREDENTIALS = ['email', 'password']
const SESSION = '/v1/client/sessions/[\\w.-]+'

const inBody = (name: string, fields: readonly string[], sends: RegExp, body: Entry['body']): Entry => ({
  name,
  fields,
  call: (client, input, options) => client[name]?.(input, options),
  sends,
  ...(body && { body }),
})

const ofSession = (name: string, fields: readonly string[], path: string, method = 'POST'): Entry => ({
  name,
  fields: ['session_id', ...fields],
  call: (client, { session_id, ...input }, options) =>
    fields.length ? client[name]?.(session_id, input, options) : client[name]?.(session_id, options),
  sends: new RegExp(`^${method} ${SESSION}${path}$`),
})

const factor = [
  'strategy',
  'email_address_id',
  'phone_number_id',
  'code',
  'password',
  'public_key_credential',
]

const ENTRIES: Readonly<Record<string, readonly Entry[]>> = {
  saferme: [inBody('createSession', CREDENTIALS, /^POST \/api\/v4\/session$/, ({ session }) => session)],
  koms: [
    inBody('createSession', CREDENTIALS, /^POST \/session$/, (json) => json),
    inBody('createUser', CREDENTIALS, /^POST \/user$/, (json) => json),
  ],
  zelf: [inBody('createSession', ['identifier'], /^POST \/api\/sessions$/, (json) => json)],
  clerk: [
    ofSession('getSession', [], '', 'GET'),
    ofSession('touchSession', ['active_organization_id', 'intent'], '/touch'),
    ofSession('endSession', [], '/end'),
    ofSession('removeSession', [], '/remove'),
    ofSession('createSessionToken', ['organization_id'], '/tokens'),
    {
      name: 'createSessionTokenWithTemplate',
      fields: ['session_id', 'template_name'],
      call: (client, { session_id, template_name }, options) =>
        client.createSessionTokenWithTemplate?.(session_id, template_name, options),
      sends: new RegExp(`^POST ${SESSION}/tokens/[\\w.-]+$`),
    },
    {
      name: 'getToken',
      fields: ['sessionId', 'template', 'organizationId', 'skipCache'],
      call: (client, input, options) => client.getToken?.({ ...input, ...Object(options) }),
      sends: new RegExp(`^(GET /v1/client|POST ${SESSION}/tokens(/[\\w.-]+)?)$`),
    },
    ofSession('startReverification', ['level'], '/verify'),
    ofSession('prepareFirstFactor', [...factor, 'proof_token'], '/verify/prepare_first_factor'),
    ofSession('attemptFirstFactor', factor, '/verify/attempt_first_factor'),
    ofSession('prepareSecondFactor', [...factor, 'proof_token'], '/verify/prepare_second_factor'),
    ofSession('attemptSecondFactor', factor, '/verify/attempt_second_factor'),
  ],
}

/** A client, and every request that it sends. */
function open(api: string, clock: FakeClock): { readonly client: Untyped; readonly sent: Request[] } {
  const sent: Request[] = []
  const servers = { saferme: fakeSaferMe, koms: fakeKoms, zelf: fakeZelf, clerk: fakeClerk }
  const server = servers[api as keyof typeof servers]({ clock })
  const options = {
    clock,
    storage: memoryStorage({ clock }),
    fetch: async (...args: Parameters<typeof fetch>) => {
      const request = new Request(...args)
      sent.push(request.clone())
      return server.fetch(request)
    },
  }
  const clients = {
    saferme: () => new SaferMeClient(options),
    koms: () => new KomsClient({ ...options, baseUrl: 'https://koms.test', clientId: 'client-1' }),
    zelf: () => new ZelfClient(options),
    clerk: () => new ClerkClient({ ...options, frontendApi: 'clerk.test', mode: 'native' }),
  }
  return { client: clients[api as keyof typeof clients]() as unknown as Untyped, sent }
}

const known = fc.constantFrom<unknown[]>(
  'sess_1',
  'email_code',
  'phone_code',
  'password',
  'first_factor',
  'focus',
  'x',
)

const trials = fc
  .constantFrom(
    ...Object.entries(ENTRIES).flatMap(([api, entries]) => entries.map((entry) => ({ api, entry }))),
  )
  .chain(({ api, entry }) =>
    fc.record({
      api: fc.constant(api),
      entry: fc.constant(entry),
      input: fc.record(
        Object.fromEntries(entry.fields.map((name) => [name, fc.oneof(anyValue, known, known)])),
        { requiredKeys: [] },
      ),
      // The input as a whole may be anything, too.
      instead: fc.option(anyValue, { freq: 6 }),
      options: fc.option(fc.record({ headers: anyValue, timeout: fc.double() }, { requiredKeys: [] }), {
        nil: undefined,
        freq: 3,
      }),
    }),
  )

const REFUSALS = ['request_validation', 'configuration']

export const inputs: Attack = {
  name: 'inputs',
  what: 'Any string, and any value of a wrong type, in any field of any operation’s input, and in its options',
  holds:
    'it is refused before anything is sent, or what is sent is well formed and says what the caller said',
  cases: 300,
  run: cases(trials, async ({ api, entry, input, instead, options }) => {
    const clock = fakeClock()
    const { client, sent } = open(api, clock)
    const given = instead === null ? input : (instead as Values)
    const outcome = await outcomeOf(clock, async () => entry.call(client, given ?? {}, options))
    if (sent.length === 0 && 'error' in outcome) {
      // A call that is given no time ends at once.
      const refusals = options?.timeout === undefined ? REFUSALS : [...REFUSALS, 'timeout']
      assert.ok(refusals.includes(outcome.error.code), outcome.error.code)
    }
    for (const request of sent) {
      const { origin, pathname } = new URL(request.url)
      assert.ok(/^https:\/\/(api\.safer\.me|koms\.test|api\.zelf\.world|clerk\.test)$/.test(origin), origin)
      assert.match(`${request.method} ${pathname}`, entry.sends)
      const body = await request.text()
      if (!entry.body) continue
      assert.equal(request.headers.get('content-type'), 'application/json')
      const said = entry.body(JSON.parse(body)) as Values
      for (const name of entry.fields) assert.equal(said[name], given[name])
    }
  }),
}
