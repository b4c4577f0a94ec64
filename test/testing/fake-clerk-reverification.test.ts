import { describe, expect, it } from 'vitest'
import { everything, one, setUpFor, two } from './fake-clerk-reverification-setup.ts'
import { told } from './fake-clerk-setup.ts'

const NOW = Date.UTC(2026, 0, 1)
const password = 'correct horse'

describe('startReverification', () => {
  it('answers what the user can verify themselves with, and the session in short', async () => {
    const { verify } = setUpFor(everything)
    const { status, body } = await verify('multi_factor')
    expect([status, body.client.id]).toEqual([200, 'client_1'])
    expect(body.response).toEqual({
      object: 'session_reverification',
      level: 'multi_factor',
      status: 'needs_first_factor',
      supported_first_factors: [
        { strategy: 'password' },
        expect.objectContaining({
          strategy: 'email_code',
          email_address_id: 'idn_email_user_1',
          primary: true,
        }),
        expect.objectContaining({ strategy: 'phone_code', phone_number_id: 'idn_phone_user_1' }),
        { strategy: 'passkey', passkey_id: 'idn_passkey_user_1' },
        expect.objectContaining({ strategy: 'enterprise_sso', enterprise_connection_id: 'ent_1' }),
      ],
      supported_second_factors: [
        expect.objectContaining({
          strategy: 'phone_code',
          phone_number_id: 'idn_phone2_user_1',
          default: true,
        }),
        { strategy: 'totp' },
        { strategy: 'backup_code' },
      ],
      first_factor_verification: null,
      second_factor_verification: null,
      session: {
        object: 'session',
        id: 'sess_1',
        status: 'active',
        expire_at: expect.any(Number),
        abandon_at: expect.any(Number),
        last_active_at: NOW,
        last_active_token: null,
        actor: null,
        tasks: null,
      },
    })
    expect(JSON.stringify(body.response)).not.toContain(one.email)
  })

  it.for([
    ['first_factor', 'needs_first_factor', true, false],
    ['second_factor', 'needs_second_factor', false, true],
    ['multi_factor', 'needs_first_factor', true, true],
  ] as const)('at level %s begins with what it needs', async ([level, status, first, second]) => {
    const { response } = (await setUpFor(two).verify(level)).body
    expect(response).toMatchObject({ level, status })
    const { supported_first_factors, supported_second_factors } = response
    expect([supported_first_factors !== null, supported_second_factors !== null]).toEqual([first, second])
  })

  it.for(['second_factor', 'multi_factor'])(
    'falls back from %s to the first factor if there is no second',
    async (level) => {
      const { verify, attemptFirst } = setUpFor(one)
      const { response } = (await verify(level)).body
      expect(response).toMatchObject({
        level: 'first_factor',
        status: 'needs_first_factor',
        supported_second_factors: null,
      })
      expect((await attemptFirst('password', { password })).body.response.status).toBe('complete')
    },
  )

  it('starts anew what was under way or complete', async () => {
    const { verify, attemptFirst } = setUpFor(one)
    await verify('first_factor')
    await attemptFirst('password', { password })
    const { response } = (await verify('first_factor')).body
    expect(response).toMatchObject({ status: 'needs_first_factor', first_factor_verification: null })
  })

  it('wants a session that can still do anything', async () => {
    const { server, verify } = setUpFor(one)
    server.revoke()
    expect(told(await verify('first_factor'))).toEqual([404, 'resource_not_found'])
  })
})
