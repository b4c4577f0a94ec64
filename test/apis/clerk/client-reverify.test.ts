import { type ClerkFactor, type ClerkFactorStage, ConfigurationError } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { failureOf, world } from './client-setup.ts'

const one = { id: 'user_1', email: 'ada@example.com', password: 'correct horse' }
const everything = {
  ...one,
  phone: '+15555550100',
  passkey: 'credential-1',
  secondFactorPhone: '+15555550101',
  totp: true,
  backupCodes: ['b1'],
  enterpriseConnection: 'ent_1',
}
const strategy = (wanted: string) => (factors: readonly ClerkFactor[]) =>
  factors.find((factor) => factor.strategy === wanted) as ClerkFactor
const SECRETS: Record<string, string> = {
  password: 'correct horse',
  passkey: '{"id":"credential-1"}',
  backup_code: 'b1',
}
const code = (factor: ClerkFactor) => SECRETS[factor.strategy] ?? '424242'
const operations = ({ requests }: { requests: readonly { operation: string }[] }) =>
  requests.map(({ operation }) => operation)

describe('reverify', () => {
  it.each(['password', 'email_code', 'phone_code', 'passkey'])(
    'leads through a first factor by %s',
    async (by) => {
      const { client, until, server, id } = world({ users: [everything] })
      const done = await until(client.reverify(id, { level: 'first_factor', choose: strategy(by), code }))
      expect(done.status).toBe('complete')
      expect(server.count('prepareFirstFactor')).toBe(by === 'password' ? 0 : 1)
    },
  )

  it.each(['phone_code', 'totp', 'backup_code'])('leads through a second factor by %s', async (by) => {
    const { client, until, server, id } = world({ users: [everything] })
    const done = await until(client.reverify(id, { level: 'second_factor', choose: strategy(by), code }))
    expect(done.status).toBe('complete')
    expect(operations(server)).toEqual(
      by === 'phone_code'
        ? ['startReverification', 'prepareSecondFactor', 'attemptSecondFactor']
        : ['startReverification', 'attemptSecondFactor'],
    )
  })

  it('leads through both where both are asked for, and the session is then freshly verified', async () => {
    const { client, until, clock, id } = world({ users: [everything] })
    await clock.advance(600_000)
    const stages: ClerkFactorStage[] = []
    const choose = (factors: readonly ClerkFactor[], stage: ClerkFactorStage) => {
      stages.push(stage)
      return strategy(stage === 'first' ? 'password' : 'totp')(factors)
    }
    const done = await until(client.reverify(id, { level: 'multi_factor', choose, code }))
    expect([done.status, done.level, stages]).toEqual(['complete', 'multi_factor', ['first', 'second']])
    expect(client.client?.sessions[0]?.factor_verification_age).toEqual([0, 0])
  })

  it.each(['second_factor', 'multi_factor'] as const)(
    '%s settles for the first factor where the user has no second one',
    async (level) => {
      const { client, until, id } = world({ users: [one] })
      const done = await until(client.reverify(id, { level, choose: strategy('password'), code }))
      expect([done.status, done.level]).toEqual(['complete', 'first_factor'])
    },
  )

  it('the code is asked for once it was sent, and hears of the challenge', async () => {
    const { client, until, server, id } = world({ users: [everything] })
    let challenge: unknown
    await until(
      client.reverify(id, {
        level: 'first_factor',
        choose: async (factors) => strategy('passkey')(factors),
        code: async (factor, { first_factor_verification }) => {
          expect(server.count('prepareFirstFactor')).toBe(1)
          challenge = first_factor_verification?.nonce
          return code(factor)
        },
      }),
    )
    expect(challenge).toBe('{"challenge":"ZmFrZQ"}')
  })

  const wrong: [string, object][] = [
    ['password', { status: 422, clerkCode: 'form_password_incorrect' }],
    ['email_code', { status: 422, clerkCode: 'form_code_incorrect' }],
    ['passkey', { status: 400, clerkCode: 'verification_failed' }],
  ]
  it.each(wrong)('a wrong %s is told', async (by, expected) => {
    const { client, until, server, id } = world({ users: [everything] })
    const attempt = client.reverify(id, {
      level: 'first_factor',
      choose: strategy(by),
      code: () => (by === 'passkey' ? '{}' : 'wrong'),
    })
    expect(await until(failureOf(attempt))).toMatchObject({ code: 'clerk_api', ...expected })
    expect(server.count('attemptFirstFactor')).toBe(1)
  })

  it('a code that has run out is told', async () => {
    const { client, clock, id } = world({ users: [everything], codeLifeMs: 60_000 })
    const attempt = client.reverify(id, {
      level: 'first_factor',
      choose: strategy('email_code'),
      code: async () => {
        await clock.advance(61_000)
        return '424242'
      },
    })
    expect(await failureOf(attempt)).toMatchObject({ status: 400, clerkCode: 'verification_expired' })
  })

  it('codes that are asked for too often are told', async () => {
    const { client, until, id } = world({ users: [everything], mostPrepares: 1 }, { retry: false })
    const input = { level: 'first_factor', choose: strategy('email_code'), code } as const
    await until(client.reverify(id, input))
    expect(await until(failureOf(client.reverify(id, input)))).toMatchObject({
      status: 429,
      clerkCode: 'verification_code_too_many_requests',
    })
  })

  it('a factor that no code verifies, or that is none, is told', async () => {
    const { client, until, id } = world({ users: [everything] })
    for (const choose of [strategy('enterprise_sso'), strategy('nothing')]) {
      const attempt = client.reverify(id, { level: 'first_factor', choose, code })
      expect(await until(failureOf(attempt))).toBeInstanceOf(ConfigurationError)
    }
  })

  it.each([
    ['an unknown state', { status: 'needs_a_third' }],
    ['no factor at all', { supported_first_factors: null }],
    ['an end that never comes', {}],
  ])('%s is told, and is no endless loop', async (_, change) => {
    const { client, until, server, id } = world({ users: [one] })
    const patch = (json: unknown) => {
      const body = structuredClone(json) as { response: object }
      return { ...body, response: { ...body.response, status: 'needs_first_factor', ...change } }
    }
    server.fault('startReverification', { kind: 'patch', patch })
    server.fault('attemptFirstFactor', { kind: 'patch', patch })
    const attempt = client.reverify(id, { level: 'first_factor', choose: strategy('password'), code })
    expect(await until(failureOf(attempt))).toBeInstanceOf(Error)
    expect(server.requests.length).toBeLessThan(8)
  })

  it('a server that never has enough is left after four factors', async () => {
    const { client, until, server, id } = world({ users: [one] })
    const response = await until(client.startReverification(id, { level: 'first_factor' }))
    const body = { response: { ...response, status: 'needs_first_factor' }, client: null }
    server.fault('attemptFirstFactor', { kind: 'status', status: 200, body }, { times: 99 })
    const attempt = client.reverify(id, { level: 'first_factor', choose: strategy('password'), code })
    expect(await until(failureOf(attempt))).toBeInstanceOf(ConfigurationError)
    expect(server.count('attemptFirstFactor')).toBe(4)
  })

  it('and one that asks for four is satisfied', async () => {
    const { client, until, server, id } = world({ users: [one] })
    const response = await until(client.startReverification(id, { level: 'first_factor' }))
    const body = { response: { ...response, status: 'needs_first_factor' }, client: null }
    server.fault('attemptFirstFactor', { kind: 'status', status: 200, body }, { times: 3 })
    const done = await until(
      client.reverify(id, { level: 'first_factor', choose: strategy('password'), code }),
    )
    expect([done.status, server.count('attemptFirstFactor')]).toEqual(['complete', 4])
  })

  it('each step is sent what its strategy wants, and nothing else', async () => {
    const { client, until, server, id } = world({ users: [everything] })
    const bodies: string[] = []
    for (const [level, by] of [
      ['first_factor', 'password'],
      ['first_factor', 'email_code'],
      ['first_factor', 'phone_code'],
      ['first_factor', 'passkey'],
      ['second_factor', 'phone_code'],
      ['second_factor', 'totp'],
      ['second_factor', 'backup_code'],
    ] as const) {
      await until(client.reverify(id, { level, choose: strategy(by), code }))
    }
    for (const { operation, body } of server.requests) {
      if (operation !== 'startReverification') bodies.push(`${operation} ${decodeURIComponent(body)}`)
    }
    expect(bodies).toEqual([
      'attemptFirstFactor strategy=password&password=correct+horse',
      'prepareFirstFactor strategy=email_code&email_address_id=idn_email_user_1',
      'attemptFirstFactor strategy=email_code&code=424242',
      'prepareFirstFactor strategy=phone_code&phone_number_id=idn_phone_user_1',
      'attemptFirstFactor strategy=phone_code&code=424242',
      'prepareFirstFactor strategy=passkey',
      'attemptFirstFactor strategy=passkey&public_key_credential={"id":"credential-1"}',
      'prepareSecondFactor strategy=phone_code&phone_number_id=idn_phone2_user_1',
      'attemptSecondFactor strategy=phone_code&code=424242',
      'attemptSecondFactor strategy=totp&code=424242',
      'attemptSecondFactor strategy=backup_code&code=b1',
    ])
  })

  it('what the user cancels is not sent', async () => {
    const { client, until, server, id } = world({ users: [one] })
    const cancelled = new Error('cancelled')
    const attempt = client.reverify(id, {
      level: 'first_factor',
      choose: strategy('password'),
      code: () => Promise.reject(cancelled),
    })
    expect(await until(failureOf(attempt))).toBe(cancelled)
    expect(server.count('attemptFirstFactor')).toBe(0)
  })
})
