import { ResponseValidationError } from 'latchkey'
import { describe, expect, it } from 'vitest'
import {
  createAnswer,
  credentials,
  getAnswer,
  refreshAnswer,
  renewedTokens,
  session,
  tokens,
  withField,
} from './fixtures.ts'
import { failureOf, scripted, signedIn } from './scripted.ts'

/** A value that must not be found in an error. */
const CANARY = 'canary-7c1e'
const wrongText = [undefined, null, 7, true, [CANARY], { CANARY }]
const wrongNumber = [undefined, null, CANARY, 1.5, true, [1]]
const wrongFlag = [undefined, null, CANARY, 0, 'true', []]
const wrongTime = [
  ...wrongText,
  '',
  CANARY,
  '7',
  '2023',
  '2023-02-24',
  '2023-02-24T19:05:16.949',
  '2023-13-45T99:00:00Z',
]

const malformed: readonly (readonly [path: string, value: unknown])[] = Object.entries({
  token_expire_at: wrongTime,
  app_bundle_id: wrongText,
  branded_app_id: wrongNumber,
  client_uuid: wrongText.slice(2),
  profile: [undefined, null, CANARY, 1, []],
  'profile.user_id': wrongNumber,
  'profile.preferred_team_id': wrongNumber.slice(2),
  'profile.user_uuid': wrongText,
  'profile.personal_account_option': wrongFlag,
  'profile.consent_required': wrongFlag,
  'profile.profile_details_pending': wrongFlag,
  'profile.password_update_pending': wrongFlag,
}).flatMap(([path, values]) => values.map((value) => [path, value] as const))

const notASession = [null, [], 'text', 7, {}, { session: null }, { session: [] }, { session: CANARY }]

function expectNamed(error: unknown, operation: string, fields: readonly string[]): void {
  expect(error).toBeInstanceOf(ResponseValidationError)
  expect(error).toMatchObject({ operation, status: 200, fields })
  const { message, stack, cause } = error as Error
  const told = `${message}${stack}${JSON.stringify(error)}`
  for (const secret of [CANARY, ...Object.values(tokens), ...Object.values(renewedTokens)]) {
    expect(told).not.toContain(secret)
  }
  expect(cause).toBeUndefined()
}

describe('getSession', () => {
  it.for(malformed)('names a %s of %j, and not the value', async ([path, value]) => {
    const { client, sent } = await signedIn([{ body: withField(getAnswer, `session.${path}`, value) }])
    expectNamed(await failureOf(client.getSession()), 'getSession', [`session.${path}`])
    expect(sent.length).toBe(1)
  })

  it.for(notASession.map((body) => [body] as const))('refuses %j', async ([body]) => {
    const { client } = await signedIn([{ body: JSON.stringify(body) }])
    const path = typeof body === 'object' && body !== null && !Array.isArray(body) ? 'session' : ''
    expectNamed(await failureOf(client.getSession()), 'getSession', [path])
  })

  it.for(['', '<html>canary-7c1e</html>', '{"session":'])('refuses %j, which is not JSON', async (body) => {
    const { client } = await signedIn([{ body }])
    expectNamed(await failureOf(client.getSession()), 'getSession', [''])
  })

  it('names every field that is wrong', async () => {
    const body = withField(
      withField(getAnswer, 'session.branded_app_id', '1'),
      'session.profile.user_id',
      null,
    )
    const { client } = await signedIn([{ body }])
    const fields = ['session.branded_app_id', 'session.profile.user_id']
    expectNamed(await failureOf(client.getSession()), 'getSession', fields)
  })

  it('with validation on report lets what is wrong through, and tells of it', async () => {
    const drifts: unknown[] = []
    const body = withField(getAnswer, 'session.branded_app_id', 'one')
    const { client } = await signedIn([{ body }], { validation: 'report' })
    client.session.on('drift', ({ error }) => drifts.push(error))
    expect(await client.getSession()).toStrictEqual({ ...session, branded_app_id: 'one' })
    expectNamed(drifts[0], 'getSession', ['session.branded_app_id'])
  })

  it.for(notASession.map((body) => [body] as const))(
    'does not take %j for a session, nor for a broken network, with validation on report',
    async ([body]) => {
      const { client } = await signedIn([{ body: JSON.stringify(body) }], { validation: 'report' })
      expect(await failureOf(client.getSession())).toBeInstanceOf(ResponseValidationError)
    },
  )
})

describe('createSession', () => {
  it.for(malformed)('names a %s of %j, and has begun the session all the same', async ([path, value]) => {
    const { client } = scripted([{ body: withField(createAnswer, `session.${path}`, value) }])
    expectNamed(await failureOf(client.createSession(credentials)), 'createSession', [`session.${path}`])
    expect(await client.session.getAccessToken()).toBe(tokens.access_token)
  })

  const unusable: readonly (readonly [string, unknown])[] = [
    ...[...wrongText, '', 'a b', 'a\nb', 'ä'].map((value) => ['session.access_token', value] as const),
    ...[...wrongText, ''].map((value) => ['session.refresh_token', value] as const),
    ...[undefined, null, [], CANARY].map((value) => ['session', value] as const),
  ]
  it.for(unusable)('begins no session with a %s of %j', async ([path, value]) => {
    const { client } = scripted([{ body: withField(createAnswer, path, value) }], { validation: 'report' })
    expectNamed(await failureOf(client.createSession(credentials)), 'createSession', [path])
    expect(await failureOf(client.session.getAccessToken())).toMatchObject({ code: 'no_session' })
  })

  it('says both tokens are missing where the answer is one to getSession', async () => {
    const { client } = scripted([{ body: getAnswer }])
    const fields = ['session.access_token', 'session.refresh_token']
    expectNamed(await failureOf(client.createSession(credentials)), 'createSession', fields)
  })
})

describe('refreshSession', () => {
  it.for(malformed)('keeps the tokens that come with a %s of %j', async ([path, value]) => {
    const drifts: unknown[] = []
    const body = withField(refreshAnswer, `session.${path}`, value)
    const { client, sent } = await signedIn([{ body }, { body: getAnswer }])
    client.session.on('drift', ({ error }) => drifts.push(error))
    expect(await client.refreshSession()).toStrictEqual(session)
    expect(sent.map(({ method }) => method)).toEqual(['PATCH', 'GET'])
    expect(sent[1]?.headers.authorization).toBe(`Token token=${renewedTokens.access_token}`)
    expectNamed(drifts[0], 'refreshSession', [`session.${path}`])
    expect(drifts.length).toBe(1)
  })

  const times: readonly unknown[] = [
    { toString: 1, valueOf: 1 },
    { toString: null },
    'eternity',
    -1,
    0,
    253402300800000,
    [[[]]],
  ]
  it.for(times.map((time) => [time] as const))(
    'does not lose the session to a token_expire_at of %j',
    async ([time]) => {
      const body = withField(refreshAnswer, 'session.token_expire_at', time)
      const { client, clock } = await signedIn([{ body }, { body: getAnswer }, { body: getAnswer }])
      await client.refreshSession()
      expect(client.session.snapshot()).toEqual({ status: 'active' })
      await clock.advance(86_400_000)
      expect(await client.session.getAccessToken()).toBe(renewedTokens.access_token)
    },
  )

  it('does not take half a pair for tokens', async () => {
    const body = withField(refreshAnswer, 'session.refresh_token', undefined)
    const { client } = await signedIn([{ body }])
    expectNamed(await failureOf(client.refreshSession()), 'refreshSession', ['session.refresh_token'])
    expect(client.session.snapshot().status).toBe('active')
  })
})

describe('deleteSession', () => {
  it.for([[null], [[]], ['text'], [7], ['<html>canary-7c1e</html>']] as const)(
    'does not take %j for a deletion',
    async ([body]) => {
      const text = typeof body === 'string' && body.startsWith('<') ? body : JSON.stringify(body)
      const { client } = await signedIn([{ body: text }])
      expectNamed(await failureOf(client.deleteSession()), 'deleteSession', [''])
      expect(client.session.snapshot().status).toBe('ended')
    },
  )
})

describe('keys that would reach a prototype', () => {
  it.for(['__proto__', '__pr\\u006fto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    'get no further than the answer with %s',
    async (key) => {
      const text = JSON.stringify(getAnswer).replaceAll('{', `{"${key}":{"polluted":true},`)
      for (const validation of ['strict', 'report'] as const) {
        const { client } = await signedIn([{ body: text }], { validation })
        const got = await client.getSession()
        expect(got.profile.user_id).toBe(6)
        for (const value of [{}, got, got.profile, { ...got }, Object.assign({}, got)]) {
          expect('polluted' in value).toBe(false)
          expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
        }
      }
    },
  )
})
