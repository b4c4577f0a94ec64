import type { Endpoint } from 'latchkey'
import * as clerk from '../../../src/apis/clerk/endpoints.ts'
import type { answering } from './call.ts'
import { client, JWT, reverification, SESSION_ID, session } from './fixtures.ts'

const BASE = 'https://clerk.example.com/v1'
const PATH = `${BASE}/client/sessions/${SESSION_ID}`
const session_id = SESSION_ID

/** An answer to each kind of operation. */
export const bodies = {
  session: { response: session, client },
  reverification: { response: reverification, client },
  client: { response: client, client: null },
  token: { jwt: JWT },
  devBrowser: { id: 'dvb_1' },
}

/** An operation, and the request that it has to make. */
export interface Case {
  readonly name: string
  readonly run: (call: ReturnType<typeof answering>['call']) => Promise<unknown>
  readonly answer: keyof typeof bodies
  readonly method: string
  readonly url: string
  readonly body?: string
}

function sends<Input>(
  name: string,
  endpoint: Endpoint<Input, unknown>,
  input: Input,
  answer: keyof typeof bodies,
  [method, url, body]: readonly [method: string, url: string, body?: string],
): Case {
  const run: Case['run'] = (call) => call(endpoint, input)
  return { name, run, answer, method, url, ...(body !== undefined && { body }) }
}

const { touchSession, createSessionToken, createSessionTokenWithTemplate, startReverification } = clerk
const prepareFirst = clerk.prepareFirstFactor
const attemptFirst = clerk.attemptFirstFactor
const prepareSecond = clerk.prepareSecondFactor
const attemptSecond = clerk.attemptSecondFactor

/** Every operation, in each of its forms. */
export const cases: readonly Case[] = [
  sends('getClient', clerk.getClient, undefined, 'client', ['GET', `${BASE}/client`]),
  sends('removal of all sessions', clerk.removeSessions, undefined, 'client', [
    'DELETE',
    `${BASE}/client/sessions`,
    '',
  ]),
  sends('getSession', clerk.getSession, { session_id }, 'session', ['GET', PATH]),
  sends('touch that says nothing', touchSession, { session_id }, 'session', ['POST', `${PATH}/touch`, '']),
  sends(
    'touch with undefined fields',
    touchSession,
    { session_id, active_organization_id: undefined, intent: undefined },
    'session',
    ['POST', `${PATH}/touch`, ''],
  ),
  sends(
    'touch to an organization',
    touchSession,
    { session_id, active_organization_id: 'org 1&x=ü', intent: 'select_org' },
    'session',
    ['POST', `${PATH}/touch`, 'active_organization_id=org+1%26x%3D%C3%BC&intent=select_org'],
  ),
  sends(
    'touch to the personal account',
    touchSession,
    { session_id, active_organization_id: null },
    'session',
    ['POST', `${PATH}/touch`, 'active_organization_id='],
  ),
  ...(['focus', 'select_session', 'select_org'] as const).map((intent) =>
    sends(`touch to ${intent}`, touchSession, { session_id, intent }, 'session', [
      'POST',
      `${PATH}/touch`,
      `intent=${intent}`,
    ]),
  ),
  sends('endSession', clerk.endSession, { session_id }, 'session', ['POST', `${PATH}/end`, '']),
  sends('removeSession', clerk.removeSession, { session_id }, 'session', ['POST', `${PATH}/remove`, '']),
  sends('token of the previous organization', createSessionToken, { session_id }, 'token', [
    'POST',
    `${PATH}/tokens`,
    '',
  ]),
  sends('token of the personal account', createSessionToken, { session_id, organization_id: null }, 'token', [
    'POST',
    `${PATH}/tokens`,
    'organization_id=',
  ]),
  sends(
    'token of an organization, with the last token',
    createSessionToken,
    { session_id, organization_id: 'org_1', expired_token: JWT },
    'token',
    ['POST', `${PATH}/tokens?expired_token=${JWT}`, 'organization_id=org_1'],
  ),
  sends(
    'token of a template',
    createSessionTokenWithTemplate,
    { session_id, template_name: 'my-template.v1_a' },
    'token',
    ['POST', `${PATH}/tokens/my-template.v1_a`, ''],
  ),
  sends(
    'token of a template, with the last token',
    createSessionTokenWithTemplate,
    { session_id, template_name: 'hasura', expired_token: JWT },
    'token',
    ['POST', `${PATH}/tokens/hasura?expired_token=${JWT}`, ''],
  ),
  ...(['first_factor', 'second_factor', 'multi_factor'] as const).map((level) =>
    sends(`reverification of ${level}`, startReverification, { session_id, level }, 'reverification', [
      'POST',
      `${PATH}/verify`,
      `level=${level}`,
    ]),
  ),
  sends(
    'code by email',
    prepareFirst,
    { session_id, strategy: 'email_code', email_address_id: 'idn_1' },
    'reverification',
    ['POST', `${PATH}/verify/prepare_first_factor`, 'strategy=email_code&email_address_id=idn_1'],
  ),
  sends(
    'code by text message',
    prepareFirst,
    { session_id, strategy: 'phone_code', phone_number_id: 'idn_2', proof_token: 'p' },
    'reverification',
    [
      'POST',
      `${PATH}/verify/prepare_first_factor`,
      'strategy=phone_code&phone_number_id=idn_2&proof_token=p',
    ],
  ),
  ...(['passkey', 'enterprise_sso'] as const).map((strategy) =>
    sends(`preparation of ${strategy}`, prepareFirst, { session_id, strategy }, 'reverification', [
      'POST',
      `${PATH}/verify/prepare_first_factor`,
      `strategy=${strategy}`,
    ]),
  ),
  ...(['email_code', 'phone_code'] as const).map((strategy) =>
    sends(
      `attempt of ${strategy}`,
      attemptFirst,
      { session_id, strategy, code: '424242' },
      'reverification',
      ['POST', `${PATH}/verify/attempt_first_factor`, `strategy=${strategy}&code=424242`],
    ),
  ),
  sends(
    'attempt of a password, spaces and all',
    attemptFirst,
    { session_id, strategy: 'password', password: ' p+ä&= ' },
    'reverification',
    ['POST', `${PATH}/verify/attempt_first_factor`, 'strategy=password&password=+p%2B%C3%A4%26%3D+'],
  ),
  sends(
    'attempt of a passkey',
    attemptFirst,
    { session_id, strategy: 'passkey', public_key_credential: '{"id":"x"}' },
    'reverification',
    [
      'POST',
      `${PATH}/verify/attempt_first_factor`,
      'strategy=passkey&public_key_credential=%7B%22id%22%3A%22x%22%7D',
    ],
  ),
  sends(
    'second factor by text message',
    prepareSecond,
    { session_id, strategy: 'phone_code' },
    'reverification',
    ['POST', `${PATH}/verify/prepare_second_factor`, 'strategy=phone_code'],
  ),
  sends(
    'second factor by text message to a number',
    prepareSecond,
    { session_id, strategy: 'phone_code', phone_number_id: 'idn_2' },
    'reverification',
    ['POST', `${PATH}/verify/prepare_second_factor`, 'strategy=phone_code&phone_number_id=idn_2'],
  ),
  ...(['phone_code', 'totp', 'backup_code'] as const).map((strategy) =>
    sends(
      `second attempt of ${strategy}`,
      attemptSecond,
      { session_id, strategy, code: '424242' },
      'reverification',
      ['POST', `${PATH}/verify/attempt_second_factor`, `strategy=${strategy}&code=424242`],
    ),
  ),
  sends('createDevBrowser', clerk.createDevBrowser, undefined, 'devBrowser', [
    'POST',
    `${BASE}/dev_browser`,
    '',
  ]),
]
