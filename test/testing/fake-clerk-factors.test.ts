import { describe, expect, it } from 'vitest'
import { everything, one, setUpFor } from './fake-clerk-reverification-setup.ts'
import { told } from './fake-clerk-setup.ts'

const NOW = Date.UTC(2026, 0, 1)
const MINUTE_MS = 60_000
const code = '424242'
const password = 'correct horse'
const missing = [400, 'verification_missing']
const alreadyVerified = [400, 'verification_already_verified']

describe('a first factor', () => {
  it.for([
    ['email_code', { code }, { email_address_id: 'idn_email_user_1' }],
    ['phone_code', { code }, { phone_number_id: 'idn_phone_user_1' }],
    ['passkey', { public_key_credential: '{"id":"credential-1"}' }, {}],
  ] as const)('by %s is prepared and attempted', async ([strategy, proof, address]) => {
    const { clock, verify, prepareFirst, attemptFirst, factorAge } = setUpFor(everything)
    await clock.advance(3 * MINUTE_MS)
    await verify('first_factor')
    const { response } = (await prepareFirst(strategy, address)).body
    expect(response.first_factor_verification).toMatchObject({
      status: 'unverified',
      strategy,
      attempts: 0,
      expire_at: NOW + 13 * MINUTE_MS,
    })
    const { body } = await attemptFirst(strategy, proof)
    expect(body.response).toMatchObject({
      status: 'complete',
      first_factor_verification: { status: 'verified', strategy },
      second_factor_verification: null,
    })
    expect(await factorAge()).toEqual([0, -1])
  })

  it('by passkey or enterprise_sso is prepared with what the browser needs', async () => {
    const { verify, prepareFirst } = setUpFor(everything)
    await verify('first_factor')
    const passkey = (await prepareFirst('passkey')).body.response.first_factor_verification
    expect([passkey.object, JSON.parse(passkey.nonce)]).toEqual([
      'verification_passkey',
      { challenge: expect.any(String) },
    ])
    const sso = (await prepareFirst('enterprise_sso')).body.response.first_factor_verification
    expect(sso.external_verification_redirect_url).toMatch(/^https:/)
  })

  it('by password needs no preparing', async () => {
    const { verify, attemptFirst } = setUpFor(one)
    await verify('first_factor')
    const wrong = await attemptFirst('password', { password: 'wrong' })
    expect(told(wrong)).toEqual([422, 'form_password_incorrect'])
    expect(told(await attemptFirst('password'))).toEqual([422, 'form_param_missing'])
    const { response } = (await attemptFirst('password', { password })).body
    expect(response.first_factor_verification).toMatchObject({ status: 'verified', expire_at: null })
  })

  it.for(['email_code', 'passkey'])('by %s can not be attempted before it was prepared', async (strategy) => {
    const { verify, prepareFirst, attemptFirst } = setUpFor(everything)
    const proof = { code, public_key_credential: '{"id":"credential-1"}' }
    expect(told(await prepareFirst(strategy))).toEqual(missing)
    await verify('first_factor')
    expect(told(await attemptFirst(strategy, proof))).toEqual(missing)
    await prepareFirst('phone_code')
    expect(told(await attemptFirst(strategy, proof))).toEqual(missing)
  })

  it('that the user does not have, or at an address of somebody else, is refused', async () => {
    const { verify, prepareFirst, attemptFirst } = setUpFor(one)
    await verify('first_factor')
    for (const answer of [await prepareFirst('phone_code'), await attemptFirst('passkey', { code })])
      expect(told(answer)).toEqual([422, 'strategy_for_user_invalid'])
    const elsewhere = await prepareFirst('email_code', { email_address_id: 'idn_email_user_2' })
    expect(told(elsewhere)).toEqual([422, 'form_param_value_invalid'])
  })

  it('with a wrong code can be tried again, five times in all', async () => {
    const { verify, prepareFirst, attemptFirst } = setUpFor(one)
    await verify('first_factor')
    await prepareFirst('email_code')
    expect(told(await attemptFirst('email_code'))).toEqual([422, 'form_param_missing'])
    for (let attempt = 0; attempt < 5; attempt++)
      expect(told(await attemptFirst('email_code', { code: '000000' }))).toEqual([422, 'form_code_incorrect'])
    expect(told(await attemptFirst('email_code', { code }))).toEqual([400, 'verification_failed'])
    await prepareFirst('email_code')
    expect((await attemptFirst('email_code', { code })).body.response.status).toBe('complete')
  })

  it('by passkey wants the credential, in JSON', async () => {
    const { verify, prepareFirst, attemptFirst } = setUpFor(everything)
    await verify('first_factor')
    await prepareFirst('passkey')
    const attempt = async (public_key_credential: string) =>
      told(await attemptFirst('passkey', { public_key_credential }))
    expect(await attempt('credential-1')).toEqual([422, 'form_param_value_invalid'])
    expect(await attempt('{"id":"credential-2"}')).toEqual([400, 'verification_failed'])
    expect(await attempt('{"id":"credential-1"}')).toEqual([200, undefined])
  })

  it('runs out, and can be prepared again', async () => {
    const { clock, verify, prepareFirst, attemptFirst } = setUpFor(one, { codeLifeMs: 1_000 })
    await verify('first_factor')
    await prepareFirst('email_code')
    await clock.advance(1_000)
    expect(told(await attemptFirst('email_code', { code }))).toEqual([400, 'verification_expired'])
    await prepareFirst('email_code')
    expect((await attemptFirst('email_code', { code })).status).toBe(200)
  })

  it('that is verified can not be verified again', async () => {
    const { verify, prepareFirst, attemptFirst } = setUpFor(one)
    await verify('first_factor')
    await attemptFirst('password', { password })
    expect(told(await attemptFirst('password', { password }))).toEqual(alreadyVerified)
    expect(told(await prepareFirst('email_code'))).toEqual(alreadyVerified)
  })

  it('has so many codes sent, and no more for a while', async () => {
    const { clock, server, verify, prepareFirst } = setUpFor(one, { mostPrepares: 2 })
    await verify('first_factor')
    await prepareFirst('email_code')
    await clock.advance(MINUTE_MS)
    await prepareFirst('email_code')
    await verify('first_factor')
    expect(told(await prepareFirst('email_code'))).toEqual([429, 'verification_code_too_many_requests'])
    const path = 'https://clerk.test/v1/client/sessions/sess_1/verify/prepare_first_factor'
    const headers = { cookie: `__client=${server.clientToken()}` }
    const body = new URLSearchParams({ strategy: 'email_code' })
    const refused = await server.fetch(path, { method: 'POST', headers, body })
    expect(refused.headers.get('retry-after')).toBe('540')
    await clock.advance(9 * MINUTE_MS)
    expect((await prepareFirst('email_code')).status).toBe(200)
  })
})
