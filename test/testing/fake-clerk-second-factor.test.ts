import { describe, expect, it } from 'vitest'
import { everything, setUpFor, two } from './fake-clerk-reverification-setup.ts'
import { told } from './fake-clerk-setup.ts'

const MINUTE_MS = 60_000
const code = '424242'
const password = 'correct horse'
const missing = [400, 'verification_missing']
const alreadyVerified = [400, 'verification_already_verified']

describe('a second factor', () => {
  it('comes after the first, at level multi_factor', async () => {
    const { clock, verify, attemptFirst, prepareSecond, attemptSecond, factorAge } = setUpFor(two)
    await verify('multi_factor')
    expect(told(await prepareSecond('phone_code'))).toEqual(missing)
    expect(told(await attemptSecond('totp', { code }))).toEqual(missing)
    const first = (await attemptFirst('password', { password })).body.response
    expect([first.status, first.level]).toEqual(['needs_second_factor', 'multi_factor'])
    await clock.advance(MINUTE_MS)
    const second = await prepareSecond('phone_code', { phone_number_id: 'idn_phone2_user_1' })
    expect(second.body.response.second_factor_verification).toMatchObject({
      object: 'verification_otp',
      status: 'unverified',
      strategy: 'phone_code',
    })
    const { response } = (await attemptSecond('phone_code', { code })).body
    expect(response).toMatchObject({
      status: 'complete',
      first_factor_verification: { status: 'verified' },
      second_factor_verification: { status: 'verified', strategy: 'phone_code' },
    })
    expect(await factorAge()).toEqual([1, 0])
    expect(told(await attemptSecond('totp', { code }))).toEqual(alreadyVerified)
  })

  it('comes alone at level second_factor', async () => {
    const { verify, attemptFirst, attemptSecond, factorAge } = setUpFor(two)
    await verify('second_factor')
    expect(told(await attemptFirst('password', { password }))).toEqual(missing)
    expect(told(await attemptSecond('totp', { code: '1' }))).toEqual([422, 'form_code_incorrect'])
    expect((await attemptSecond('totp', { code })).body.response.status).toBe('complete')
    expect(await factorAge()).toEqual([0, 0])
  })

  it('by phone has to be prepared, and at the number that is for it', async () => {
    const { verify, prepareSecond, attemptSecond } = setUpFor(two)
    await verify('second_factor')
    expect(told(await attemptSecond('phone_code', { code }))).toEqual(missing)
    const first = await prepareSecond('phone_code', { phone_number_id: 'idn_phone_user_1' })
    expect(told(first)).toEqual([422, 'form_param_value_invalid'])
  })

  it('by backup code takes each code once', async () => {
    const { verify, attemptSecond } = setUpFor(everything)
    const attempt = async (code: string) => told(await attemptSecond('backup_code', { code }))
    await verify('second_factor')
    expect(await attempt(code)).toEqual([422, 'form_code_incorrect'])
    expect(await attempt('b1')).toEqual([200, undefined])
    await verify('second_factor')
    expect(await attempt('b1')).toEqual([422, 'form_code_incorrect'])
    expect(await attempt('b2')).toEqual([200, undefined])
  })
})
