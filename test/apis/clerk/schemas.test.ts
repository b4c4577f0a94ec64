import { describe, expect, it } from 'vitest'
import { client, emailFactor, session, withField } from './fixtures.ts'
import { type Edit, getSession, type Resource, resources } from './resources.ts'

describe('an answer as documented comes through untouched', () => {
  it.each(Object.keys(resources) as Resource[])('a %s', async (name) => {
    const { value, read } = resources[name]
    expect((await read({ response: value, client: null })).response).toEqual(value)
  })

  const allowed: readonly Edit[] = [
    ...['last_active_token', 'actor', 'tasks', 'user'].flatMap((field): Edit[] => [
      ['session', field, null],
      ['session', field, undefined],
    ]),
    ['session', 'last_active_organization_id', null],
    ['session', 'public_user_data', null],
    ['session', 'factor_verification_age', null],
    ['session', 'factor_verification_age', [-1, -1]],
    ['session', 'factor_verification_age', []],
    ['session', 'factor_verification_age', [1, 2, 3]],
    ['session', 'tasks', []],
    ...['image_url', 'user_id', 'username'].flatMap((field): Edit[] => [
      ['session', `public_user_data.${field}`, null],
      ['session', `public_user_data.${field}`, undefined],
    ]),
    ['session', 'public_user_data.banned', undefined],
    ['session', 'public_user_data.deprovisioned', undefined],
    ['session', 'public_user_data.first_name', null],
    ['session', 'public_user_data.last_name', 'Lovelace'],
    ['client', 'sessions', []],
    ['client', 'sign_in', { object: 'sign_in_attempt', id: 'sia_1' }],
    ['client', 'sign_up', { object: 'sign_up_attempt', id: 'sua_1' }],
    ['client', 'last_active_session_id', null],
    ['client', 'last_authentication_strategy', null],
    ['client', 'cookie_expires_at', null],
    ['reverification', 'object', 'session_verification'],
    ['reverification', 'supported_first_factors', null],
    ['reverification', 'supported_second_factors', null],
    ['reverification', 'first_factor_verification', null],
    ['reverification', 'session.last_active_token', undefined],
    ...[
      { strategy: 'totp', status: 'verified' },
      { strategy: 'backup_code', status: 'verified', attempts: null, expire_at: null },
      { strategy: 'passkey', status: 'unverified', expire_at: 1, nonce: '{"challenge":"x"}' },
      {
        object: 'verification_saml',
        strategy: 'saml',
        status: 'transferable',
        external_verification_redirect_url: 'https://idp.example.com/',
        error: null,
      },
      { strategy: 'saml', status: 'failed', error: { message: 'no', code: 'idp_said_no' } },
      {
        strategy: 'enterprise_sso',
        status: 'failed',
        external_verification_redirect_url: null,
        error: { message: 'no', long_message: 'No.', code: 'x', meta: { param_name: 'y' } },
      },
    ].map((value): Edit => ['reverification', 'second_factor_verification', value]),
  ]

  it.each(allowed)('a %s whose %s is %j', async (name, path, value) => {
    const { value: resource, read } = resources[name]
    const edited = withField(resource, path, value)
    expect((await read({ response: edited, client: null })).response).toEqual(edited)
  })
})

describe('what Clerk adds breaks nothing', () => {
  const added: readonly Edit[] = [
    ...[
      'active',
      'revoked',
      'ended',
      'expired',
      'removed',
      'abandoned',
      'pending',
      'replaced',
      'dormant',
    ].map((status): Edit => ['session', 'status', status]),
    ['client', 'last_authentication_strategy', 'telepathy'],
    ['reverification', 'object', 'session_attestation'],
    ['reverification', 'level', 'third_factor'],
    ['reverification', 'status', 'needs_third_factor'],
    ['reverification', 'session.status', 'dormant'],
    ['reverification', 'supported_first_factors', [{ ...emailFactor, strategy: 'telepathy' }]],
    ['reverification', 'first_factor_verification.object', 'verification_telepathy'],
    ['reverification', 'first_factor_verification.status', 'pondering'],
    ['reverification', 'first_factor_verification.strategy', 'telepathy'],
    ['session', 'agent', { id: 'agent_1' }],
    ['session', 'public_user_data.pronouns', ['she', 'her']],
    ['session', 'last_active_token.kind', 7],
    ['session', 'tasks', [{ key: 'new-task', urgent: true }]],
    ['client', 'devices', []],
    ['client', 'sessions', [{ ...session, status: 'dormant', agent: null }]],
    ['reverification', 'first_factor_verification.verified_at_client', 'client_1'],
    ['reverification', 'first_factor_verification.trusted_device_challenge', { challenge: 'x' }],
    ['reverification', 'supported_first_factors', [{ strategy: 'web3', web3_wallet_id: 'idn_3' }]],
    ['reverification', 'session.user', { id: 'user_1' }],
  ]

  it.each(added)('a %s whose %s is %j', async (name, path, value) => {
    const { value: resource, read } = resources[name]
    const edited = withField(resource, path, value)
    expect((await read({ response: edited, client: null })).response).toEqual(edited)
  })

  it('a field beside the envelope', async () => {
    await expect(getSession({ response: session, client, trace: 1 })).resolves.toEqual({
      response: session,
      client,
    })
  })
})
