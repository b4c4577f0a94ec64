import type { ClerkClient, ClerkClientOptions, ClerkMode } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { world } from './client-setup.ts'

const HOST = 'https://clerk.test'
const FORM = { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' }
const VERSION = '2025-11-10'

interface Operation {
  readonly name: string
  readonly call: (clerk: ClerkClient, id: string) => Promise<unknown>
  readonly method: string
  readonly path: (id: string) => string
  /** Absent: a request without a body. */
  readonly body?: string
}

const session = (rest: string) => (id: string) => `/client/sessions/${id}${rest}`

const operations: readonly Operation[] = [
  { name: 'getClient', call: (clerk) => clerk.getClient(), method: 'GET', path: () => '/client' },
  {
    name: 'removeSessions',
    call: (clerk) => clerk.removeSessions(),
    method: 'DELETE',
    path: () => '/client/sessions',
    body: '',
  },
  { name: 'getSession', call: (clerk, id) => clerk.getSession(id), method: 'GET', path: session('') },
  {
    name: 'touchSession',
    call: (clerk, id) => clerk.touchSession(id, { active_organization_id: 'acme', intent: 'select_org' }),
    method: 'POST',
    path: session('/touch'),
    body: 'active_organization_id=acme&intent=select_org',
  },
  {
    name: 'endSession',
    call: (clerk, id) => clerk.endSession(id),
    method: 'POST',
    path: session('/end'),
    body: '',
  },
  {
    name: 'removeSession',
    call: (clerk, id) => clerk.removeSession(id),
    method: 'POST',
    path: session('/remove'),
    body: '',
  },
  {
    name: 'createSessionToken',
    call: (clerk, id) => clerk.createSessionToken(id, { organization_id: 'org_1' }),
    method: 'POST',
    path: session('/tokens'),
    body: 'organization_id=org_1',
  },
  {
    name: 'createSessionTokenWithTemplate',
    call: (clerk, id) => clerk.createSessionTokenWithTemplate(id, 'hasura'),
    method: 'POST',
    path: session('/tokens/hasura'),
    body: '',
  },
  {
    name: 'startReverification',
    call: (clerk, id) => clerk.startReverification(id, { level: 'first_factor' }),
    method: 'POST',
    path: session('/verify'),
    body: 'level=first_factor',
  },
  {
    name: 'prepareFirstFactor',
    call: (clerk, id) =>
      clerk.prepareFirstFactor(id, { strategy: 'email_code', email_address_id: 'idn_1', proof_token: 'p' }),
    method: 'POST',
    path: session('/verify/prepare_first_factor'),
    body: 'strategy=email_code&email_address_id=idn_1&proof_token=p',
  },
  {
    name: 'attemptFirstFactor',
    call: (clerk, id) => clerk.attemptFirstFactor(id, { strategy: 'password', password: 'a b&c' }),
    method: 'POST',
    path: session('/verify/attempt_first_factor'),
    body: 'strategy=password&password=a+b%26c',
  },
  {
    name: 'prepareSecondFactor',
    call: (clerk, id) => clerk.prepareSecondFactor(id, { strategy: 'phone_code' }),
    method: 'POST',
    path: session('/verify/prepare_second_factor'),
    body: 'strategy=phone_code',
  },
  {
    name: 'attemptSecondFactor',
    call: (clerk, id) => clerk.attemptSecondFactor(id, { strategy: 'totp', code: '424242' }),
    method: 'POST',
    path: session('/verify/attempt_second_factor'),
    body: 'strategy=totp&code=424242',
  },
]

/** What each way of saying who one is adds to a request. */
const ways: Readonly<
  Record<
    ClerkMode,
    { readonly query: (token: string) => string; readonly headers: (token: string) => object }
  >
> = {
  browser: { query: () => `__clerk_api_version=${VERSION}`, headers: () => ({}) },
  development: {
    query: (token) => `__clerk_db_jwt=${token}&__clerk_api_version=${VERSION}`,
    headers: () => ({}),
  },
  native: {
    query: () => '_is_native=1',
    headers: (token) => ({ authorization: token, 'clerk-api-version': VERSION }),
  },
}

describe.each(['browser', 'development', 'native'] as const)(
  'mode %s: what Clerk is sent, byte for byte',
  (mode) => {
    it.each(operations)('$name', async ({ name, call, method, path, body }) => {
      const instance = mode === 'development' ? 'development' : 'production'
      const options: Partial<ClerkClientOptions> = { mode, apiVersion: VERSION, retry: false }
      const { client, until, server, sent, id } = world(
        { instance, ambientCookie: mode === 'browser', templates: { hasura: {} } },
        options,
      )
      // Whatever it answers: a first request has made the client known, and this one is about what is sent.
      await until(client.getClient())
      const last = sent.at(-1)
      const token =
        mode === 'native' ? server.clientToken() : (last?.url.searchParams.get('__clerk_db_jwt') ?? '')
      await until(call(client, id).catch(() => {}))
      const request = server.requests.at(-1)
      const { url, headers, credentials } = sent.at(-1) as (typeof sent)[number]
      const { query, headers: own } = ways[mode]
      expect(request?.operation).toBe(name)
      expect(`${request?.method} ${url.href}`).toBe(`${method} ${HOST}/v1${path(id)}?${query(token)}`)
      expect(Object.fromEntries(headers)).toEqual({ ...(body !== undefined && FORM), ...own(token) })
      expect(credentials).toBe(mode === 'native' ? 'omit' : 'include')
      expect(request?.credentials).toBe(credentials)
      expect(request?.body).toBe(body ?? '')
    })

    it('the very first request', async () => {
      const { client, until, sent } = world(
        { instance: mode === 'development' ? 'development' : 'production' },
        { mode, retry: false },
      )
      await until(client.getClient().catch(() => {}))
      const [first] = sent
      const expected = {
        browser: [`GET ${HOST}/v1/client`, {}],
        development: [`POST ${HOST}/v1/dev_browser`, FORM],
        native: [`GET ${HOST}/v1/client?_is_native=1`, { authorization: '' }],
      }[mode]
      expect([`${first?.method} ${first?.url.href}`, Object.fromEntries(first?.headers ?? [])]).toEqual(
        expected,
      )
    })
  },
)
