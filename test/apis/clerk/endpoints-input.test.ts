import { type Endpoint, RequestValidationError } from 'latchkey'
import { describe, expect, it } from 'vitest'
import * as clerk from '../../../src/apis/clerk/endpoints.ts'
import { answering, failureOf } from './call.ts'
import { SESSION_ID as session_id } from './fixtures.ts'

const { touchSession, createSessionToken, createSessionTokenWithTemplate, startReverification } = clerk
const prepareFirst = clerk.prepareFirstFactor
const attemptFirst = clerk.attemptFirstFactor
const prepareSecond = clerk.prepareSecondFactor
const attemptSecond = clerk.attemptSecondFactor

describe('an input that does not fit is refused before anything is sent', () => {
  const id = { session_id }
  const unusable = ['', '.', '..', '../x', 'a/b', 'a\\b', 'a b', 'a?b', 'a#b', 'a%2fb', 'ü', 'a\n', 7, null]
  const everySessionOperation = [
    [clerk.getSession, {}],
    [touchSession, {}],
    [clerk.endSession, {}],
    [clerk.removeSession, {}],
    [createSessionToken, {}],
    [createSessionTokenWithTemplate, { template_name: 'hasura' }],
    [startReverification, { level: 'first_factor' }],
    [prepareFirst, { strategy: 'passkey' }],
    [attemptFirst, { strategy: 'password', password: 'x' }],
    [prepareSecond, { strategy: 'phone_code' }],
    [attemptSecond, { strategy: 'totp', code: '1' }],
  ] as const

  const refused: readonly (readonly [name: string, endpoint: unknown, input: unknown, field: string])[] = [
    ...everySessionOperation.flatMap(([endpoint, rest]) =>
      unusable.map(
        (session_id) =>
          [
            `${endpoint.operation} of session ${JSON.stringify(session_id)}`,
            endpoint,
            { ...rest, session_id },
            'session_id',
          ] as const,
      ),
    ),
    ...everySessionOperation.map(
      ([endpoint, rest]) => [`${endpoint.operation} of no session`, endpoint, rest, 'session_id'] as const,
    ),
    ...unusable.map(
      (template_name) =>
        [
          `a token of template ${JSON.stringify(template_name)}`,
          createSessionTokenWithTemplate,
          { ...id, template_name },
          'template_name',
        ] as const,
    ),
    ['a session that is nothing', clerk.getSession, undefined, ''],
    ['an empty organization', touchSession, { ...id, active_organization_id: '' }, 'active_organization_id'],
    ['an unknown intent', touchSession, { ...id, intent: 'wander' }, 'intent'],
    ['a null intent', touchSession, { ...id, intent: null }, 'intent'],
    ["a token's empty organization", createSessionToken, { ...id, organization_id: '' }, 'organization_id'],
    ['an unknown level', startReverification, { ...id, level: 'third_factor' }, 'level'],
    ['a null level', startReverification, { ...id, level: null }, 'level'],
    ['no level', startReverification, id, 'level'],
    ['no first strategy', prepareFirst, id, 'strategy'],
    ['an unknown first strategy', prepareFirst, { ...id, strategy: 'pigeon' }, 'strategy'],
    ['a password to prepare', prepareFirst, { ...id, strategy: 'password' }, 'strategy'],
    ['an email to nobody', prepareFirst, { ...id, strategy: 'email_code' }, 'email_address_id'],
    [
      'an email to an empty id',
      prepareFirst,
      { ...id, strategy: 'email_code', email_address_id: '' },
      'email_address_id',
    ],
    [
      'an email to a phone',
      prepareFirst,
      { ...id, strategy: 'email_code', phone_number_id: 'idn' },
      'email_address_id',
    ],
    ['a text message to nobody', prepareFirst, { ...id, strategy: 'phone_code' }, 'phone_number_id'],
    [
      'a text message to an empty id',
      prepareFirst,
      { ...id, strategy: 'phone_code', phone_number_id: '' },
      'phone_number_id',
    ],
    ['an empty proof', prepareFirst, { ...id, strategy: 'passkey', proof_token: '' }, 'proof_token'],
    ['an unknown first attempt', attemptFirst, { ...id, strategy: 'totp', code: '1' }, 'strategy'],
    ['an attempt without a code', attemptFirst, { ...id, strategy: 'email_code' }, 'code'],
    ['an attempt with an empty code', attemptFirst, { ...id, strategy: 'phone_code', code: '' }, 'code'],
    ['an attempt with a numeric code', attemptFirst, { ...id, strategy: 'phone_code', code: 42 }, 'code'],
    ['an attempt without a password', attemptFirst, { ...id, strategy: 'password' }, 'password'],
    ['an empty password', attemptFirst, { ...id, strategy: 'password', password: '' }, 'password'],
    ['an attempt without a passkey', attemptFirst, { ...id, strategy: 'passkey' }, 'public_key_credential'],
    ...['', '[object PublicKeyCredential]', '"x"', 'null', '[]', {}].map(
      (public_key_credential) =>
        [
          `the passkey ${JSON.stringify(public_key_credential)}`,
          attemptFirst,
          { ...id, strategy: 'passkey', public_key_credential },
          'public_key_credential',
        ] as const,
    ),
    ['no second strategy', prepareSecond, id, 'strategy'],
    ['a null second strategy', prepareSecond, { ...id, strategy: null }, 'strategy'],
    ['an email as the second factor', prepareSecond, { ...id, strategy: 'email_code' }, 'strategy'],
    [
      'an empty second number',
      prepareSecond,
      { ...id, strategy: 'phone_code', phone_number_id: '' },
      'phone_number_id',
    ],
    ['an unknown second attempt', attemptSecond, { ...id, strategy: 'password', code: '1' }, 'strategy'],
    ['a second attempt without a code', attemptSecond, { ...id, strategy: 'totp' }, 'code'],
    [
      'a second attempt with an empty code',
      attemptSecond,
      { ...id, strategy: 'backup_code', code: '' },
      'code',
    ],
  ]

  it.each(refused)('%s', async (_, endpoint, input, field) => {
    const { call, sent } = answering({ body: {} })
    const error = await failureOf(call(endpoint as Endpoint<unknown>, input))
    expect(error).toBeInstanceOf(RequestValidationError)
    expect((error as RequestValidationError).fields).toEqual([field])
    expect(sent).toEqual([])
  })
})
