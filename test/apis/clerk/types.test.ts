import { describe, expectTypeOf, it } from 'vitest'
import type {
  ClerkAttemptFirstFactorInput,
  ClerkAttemptSecondFactorInput,
  ClerkPrepareFirstFactorInput,
  ClerkPrepareSecondFactorInput,
  ClerkReverificationInput,
  ClerkSessionReverification,
} from '../../../src/apis/clerk/reverification-types.ts'
import type {
  ClerkClientResource,
  ClerkSession,
  ClerkSessionStatus,
  ClerkTokenInput,
  ClerkTouchInput,
} from '../../../src/apis/clerk/types.ts'

describe('the compiler', () => {
  it('lets a program handle a status that is not known yet', () => {
    expectTypeOf<'active'>().toExtend<ClerkSessionStatus>()
    expectTypeOf<string>().toExtend<ClerkSessionStatus>()
    expectTypeOf<string>().toExtend<ClerkSessionReverification['level']>()
    expectTypeOf<number>().not.toExtend<ClerkSessionStatus>()
  })

  it('makes a program look whether there is a user, a token, an organization', () => {
    expectTypeOf<null>().toExtend<ClerkSession['last_active_organization_id']>()
    expectTypeOf<null | undefined>().toExtend<ClerkSession['user']>()
    expectTypeOf<null | undefined>().toExtend<ClerkSession['last_active_token']>()
    expectTypeOf<null>().toExtend<ClerkSession['public_user_data']>()
    expectTypeOf<null>().toExtend<ClerkClientResource['last_active_session_id']>()
    expectTypeOf<ClerkSession['factor_verification_age']>().toEqualTypeOf<readonly number[] | null>()
  })

  it("gives a reverification's session in its short form", () => {
    expectTypeOf<ClerkSessionReverification['session']>().not.toHaveProperty('user')
    expectTypeOf<ClerkSessionReverification['session']>().not.toHaveProperty('created_at')
    expectTypeOf<ClerkSession>().toExtend<ClerkSessionReverification['session']>()
  })

  it('wants of each strategy what the server wants', () => {
    expectTypeOf<{ strategy: 'email_code' }>().not.toExtend<ClerkPrepareFirstFactorInput>()
    expectTypeOf<{
      strategy: 'email_code'
      email_address_id: string
    }>().toExtend<ClerkPrepareFirstFactorInput>()
    expectTypeOf<{
      strategy: 'phone_code'
      email_address_id: string
    }>().not.toExtend<ClerkPrepareFirstFactorInput>()
    expectTypeOf<{ strategy: 'passkey' }>().toExtend<ClerkPrepareFirstFactorInput>()
    expectTypeOf<{ strategy: 'enterprise_sso' }>().toExtend<ClerkPrepareFirstFactorInput>()
    expectTypeOf<{ strategy: 'pigeon' }>().not.toExtend<ClerkPrepareFirstFactorInput>()
    expectTypeOf<{ strategy: 'password'; code: string }>().not.toExtend<ClerkAttemptFirstFactorInput>()
    expectTypeOf<{ strategy: 'password'; password: string }>().toExtend<ClerkAttemptFirstFactorInput>()
    expectTypeOf<{ strategy: 'passkey' }>().not.toExtend<ClerkAttemptFirstFactorInput>()
    expectTypeOf<{ strategy: 'phone_code' }>().toExtend<ClerkPrepareSecondFactorInput>()
    expectTypeOf<{ strategy: 'totp' }>().not.toExtend<ClerkAttemptSecondFactorInput>()
    expectTypeOf<{ strategy: 'totp'; code: string }>().toExtend<ClerkAttemptSecondFactorInput>()
    expectTypeOf<{ level: 'third_factor' }>().not.toExtend<ClerkReverificationInput>()
  })

  it('takes null for the personal account and for nothing else', () => {
    expectTypeOf<{ organization_id: null }>().toExtend<ClerkTokenInput>()
    expectTypeOf<{ active_organization_id: null }>().toExtend<ClerkTouchInput>()
    expectTypeOf<{ intent: null }>().not.toExtend<ClerkTouchInput>()
    expectTypeOf<{ organization_id: undefined }>().toExtend<ClerkTokenInput>()
  })
})
