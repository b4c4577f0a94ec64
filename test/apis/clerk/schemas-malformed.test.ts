import { ResponseValidationError } from 'latchkey'
import { describe, expect, it } from 'vitest'
import * as clerk from '../../../src/apis/clerk/endpoints.ts'
import { answering, failureOf } from './call.ts'
import {
  client,
  JWT,
  leanSession,
  reverification,
  session,
  SESSION_ID as session_id,
  withField,
} from './fixtures.ts'
import { type Edit, getClient, getSession, type Resource, resources, verify } from './resources.ts'

const faulty = async (call: Promise<unknown>) => {
  const error = await failureOf(call)
  expect(error).toBeInstanceOf(ResponseValidationError)
  return (error as ResponseValidationError).fields
}

describe('a malformed answer is named, and never handed out', () => {
  const required: readonly (readonly [Resource, readonly string[]])[] = [
    ['session', Object.keys(leanSession)],
    [
      'session',
      ['first_name', 'last_name', 'has_image', 'identifier'].map((key) => `public_user_data.${key}`),
    ],
    ['session', ['last_active_token.object', 'last_active_token.jwt']],
    ['client', Object.keys(client)],
    ['reverification', Object.keys(reverification)],
    [
      'reverification',
      Object.keys(leanSession)
        .slice(0, 6)
        .map((key) => `session.${key}`),
    ],
    ['reverification', ['first_factor_verification.status', 'first_factor_verification.strategy']],
  ]
  const edits: readonly Edit[] = [
    ...required.flatMap(([name, paths]) =>
      paths.flatMap((path): Edit[] => [
        [name, path, undefined],
        [name, path, ['not it']],
      ]),
    ),
    ...['id', 'status', 'expire_at', 'abandon_at', 'last_active_at', 'created_at', 'updated_at'].map(
      (field): Edit => ['session', field, null],
    ),
    ['session', 'object', 'client'],
    ['session', 'expire_at', '2023-11-22'],
    ['session', 'expire_at', 1.5],
    ['session', 'last_active_token', JWT],
    ['session', 'tasks', [{}]],
    ['session', 'tasks', ['choose-organization']],
    ['session', 'actor', 'user_support'],
    ['session', 'user', 'user_1'],
    ['session', 'factor_verification_age', [1, null]],
    ['session', 'factor_verification_age', [1, 0.5]],
    ['session', 'public_user_data.banned', null],
    ['client', 'object', 'session'],
    ['client', 'sessions', null],
    ['client', 'sessions', [null]],
    ['client', 'sessions', [{ ...session, id: 1 }]],
    ['client', 'captcha_bypass', null],
    ['reverification', 'level', null],
    ['reverification', 'status', 1],
    ['reverification', 'supported_first_factors', [{}]],
    ['reverification', 'supported_first_factors', [{ strategy: 'email_code', email_address_id: 1 }]],
    ['reverification', 'supported_second_factors', {}],
    ['reverification', 'second_factor_verification', { status: 'failed', strategy: 'saml', error: 'no' }],
    ['reverification', 'second_factor_verification', { status: 'failed', strategy: 'totp', attempts: '1' }],
    ['reverification', 'session', null],
  ]

  it.each(edits)('a %s whose %s is %j', async (name, path, value) => {
    const { value: resource, read } = resources[name]
    const fields = await faulty(read({ response: withField(resource, path, value), client: null }))
    expect(fields.some((field) => field.startsWith(`response.${path}`))).toBe(true)
  })

  const noAnswers = [undefined, 'null', '[]', '"x"', '{}', '<html>', { client }, { response: 'x' }]

  it.each(noAnswers)('%j in place of an answer', async (body) => {
    for (const mode of [undefined, 'report'] as const) {
      await faulty(getSession(body, mode))
      await faulty(verify(body, mode))
      await faulty(getClient(body, mode))
    }
  })

  it('a session or a reverification that is null', async () => {
    for (const mode of [undefined, 'report'] as const) {
      expect(await faulty(getSession({ response: null, client }, mode))).toEqual(['response'])
      expect(await faulty(verify({ response: null, client }, mode))).toEqual(['response'])
    }
  })

  it('a client that rides along', async () => {
    const edited = withField(client, 'sessions', [withField(session, 'expire_at', 'soon')])
    expect(await faulty(getSession({ response: session, client: edited }))).toEqual([
      'client.sessions.0.expire_at',
    ])
    expect(await faulty(verify({ response: reverification, client: 'client_1' }))).toEqual(['client'])
  })

  const noTokens = [
    {},
    { jwt: '' },
    { jwt: null },
    { jwt: 7 },
    { jwt: 'a\nb' },
    { jwt: ' ' },
    { jwt: 'a ' },
    { jwt: 'ä' },
    { response: { jwt: JWT } },
    '',
  ]

  it.each(noTokens)('%j in place of a token, in either mode', async (body) => {
    for (const mode of [undefined, 'report'] as const) {
      const { call } = answering({ body }, mode)
      await faulty(call(clerk.createSessionToken, { session_id }))
      await faulty(call(clerk.createSessionTokenWithTemplate, { session_id, template_name: 't' }))
    }
  })

  it.each([{}, { id: '' }, { id: 7 }, { token: 'dvb_1' }])('%j in place of a browser', async (body) => {
    await faulty(answering({ body }).call(clerk.createDevBrowser, undefined))
    await faulty(answering({ body }, 'report').call(clerk.createDevBrowser, undefined))
  })

  it('never quotes a token', async () => {
    const error = await failureOf(
      getSession({ response: withField(session, 'last_active_token.object', 7), client: null }),
    )
    expect(`${(error as Error).message} ${JSON.stringify(error)}`).not.toContain(JWT)
  })
})

describe("with `validation: 'report'`", () => {
  it('an answer that is not quite as documented gets through', async () => {
    const edited = withField(session, 'expire_at', 'soon')
    expect(await getSession({ response: edited, client: null }, 'report')).toEqual({
      response: edited,
      client: undefined,
    })
  })

  it('a client without a field still brings the sessions up to date', async () => {
    const edited = withField(client, 'captcha_bypass', undefined)
    expect((await getSession({ response: session, client: edited }, 'report')).client).toEqual(edited)
    expect((await getClient({ response: edited, client: null }, 'report')).client).toEqual(edited)
  })

  it.each([{}, { sessions: null }, { sessions: [{}] }, 'client_1'])(
    'a client whose sessions can not be read, %j, is refused',
    async (broken) => {
      await faulty(getSession({ response: session, client: broken }, 'report'))
      await faulty(getClient({ response: broken, client: null }, 'report'))
    },
  )
})

it("the removal's `client` may be any object", async () => {
  const remove = (body: unknown) => answering({ body }).call(clerk.removeSessions, undefined)
  await expect(remove({ response: null, client: { id: 1 } })).resolves.toEqual({
    response: null,
    client: null,
  })
  await faulty(remove({ response: null, client: 'x' }))
})
