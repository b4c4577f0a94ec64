import { type ClerkClient, RequestValidationError } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { failureOf, world } from './client-setup.ts'

const TOTP_USER = { id: 'user_1', email: 'ada@example.com', password: 'correct horse', totp: true }

describe('the twelve operations and the client', () => {
  it('sessions can be looked at, touched, ended and removed, and the client follows', async () => {
    const { client, until, server, id } = world()
    expect(client.client).toBeNull()
    expect((await until(client.getClient()))?.sessions.map((session) => session.id)).toEqual([id])
    expect(client.client?.last_active_session_id).toBe(id)
    expect((await until(client.getSession(id))).status).toBe('active')
    const touched = await until(
      client.touchSession(id, { active_organization_id: 'acme', intent: 'select_org' }),
    )
    expect(touched.last_active_organization_id).toBe('org_1')
    expect(client.client?.sessions[0]?.last_active_organization_id).toBe('org_1')
    await until(client.touchSession(id, { active_organization_id: null }))
    expect(server.sessions[0]?.organizationId).toBeNull()
    expect((await until(client.touchSession(id))).status).toBe('active')
    expect((await until(client.endSession(id))).status).toBe('ended')
    expect(client.client?.sessions[0]?.status).toBe('ended')
    const other = server.addSession()
    expect((await until(client.removeSession(other))).status).toBe('removed')
    server.addSession()
    expect((await until(client.removeSessions()))?.sessions).toEqual([])
    expect(client.client?.sessions).toEqual([])
  })

  it('tokens can be minted, with and without a template', async () => {
    const { client, until, id } = world({ templates: { hasura: {} } })
    expect((await until(client.createSessionToken(id))).jwt).toMatch(/^ey/)
    expect((await until(client.createSessionToken(id, { organization_id: 'org_1' }))).jwt).toMatch(/^ey/)
    expect((await until(client.createSessionTokenWithTemplate(id, 'hasura'))).jwt).toMatch(/^ey/)
  })

  describe.each(['createSessionToken', 'createSessionTokenWithTemplate'] as const)('%s', (operation) => {
    const mint = (client: ClerkClient, id: string) => client[operation](id, 'hasura' as never)
    const signedIn = (options = {}) => world({ templates: { hasura: {} } }, options)

    it('asks once more where the answer holds no token, unless it is told not to', async () => {
      for (const retry of [undefined, false as const]) {
        const { client, until, server, id } = signedIn(retry === undefined ? {} : { retry })
        server.fault(operation, { kind: 'body', body: '{"jwt":""}' })
        if (retry === undefined) expect((await until(mint(client, id))).jwt).toMatch(/^ey/)
        else
          expect(await until(failureOf(mint(client, id)))).toMatchObject({
            code: 'response_validation',
            operation,
            fields: ['jwt'],
          })
        expect(server.count(operation)).toBe(retry === undefined ? 2 : 1)
      }
    })

    it('shows the last token to a server that wants to see it', async () => {
      const { client, until, server, id } = signedIn()
      const template = operation === 'createSessionToken' ? {} : { template: 'hasura' }
      const last = await until(client.getToken({ sessionId: id, ...template }))
      server.settings.wantsExpiredToken = true
      expect((await until(mint(client, id))).jwt).not.toBe(last)
      const { path = '' } = server.requests.at(-1) ?? {}
      expect(new URL(path, 'https://x').searchParams.get('expired_token')).toBe(last)
    })
  })

  it('both factors can be prepared and attempted', async () => {
    const { client, until, id } = world({
      users: [{ ...TOTP_USER, secondFactorPhone: '+15555550101' }],
    })
    expect((await until(client.startReverification(id, { level: 'multi_factor' }))).status).toBe(
      'needs_first_factor',
    )
    await until(
      client.prepareFirstFactor(id, { strategy: 'email_code', email_address_id: 'idn_email_user_1' }),
    )
    const first = await until(client.attemptFirstFactor(id, { strategy: 'email_code', code: '424242' }))
    expect(first.status).toBe('needs_second_factor')
    await until(client.prepareSecondFactor(id, { strategy: 'phone_code' }))
    const second = await until(client.attemptSecondFactor(id, { strategy: 'phone_code', code: '424242' }))
    expect(second.status).toBe('complete')
  })

  it('an answer that says nothing of the client leaves what was known', async () => {
    const { client, until, server, id } = world()
    await until(client.getClient())
    const known = client.client
    server.settings.piggyback = false
    await until(client.getSession(id))
    await until(client.touchSession(id, { intent: 'focus' }))
    expect(client.client).toBe(known)
  })

  it('an answer that was overtaken on its way does not bring back a session that has ended', async () => {
    const { client, until, server, clock, id } = world()
    await until(client.getClient())
    server.fault('getClient', { kind: 'delay', ms: 500 })
    const late = client.getClient()
    await clock.advance(100)
    await until(client.endSession(id))
    await until(late)
    expect(client.client?.sessions[0]?.status).toBe('ended')
  })

  const mistakes: [string, (client: ClerkClient) => Promise<unknown>][] = [
    ['a session id that leaves the path', (client) => client.getSession('../x')],
    ['an empty session id', (client) => client.touchSession('')],
    ['a token for a session id that leaves the path', (client) => client.getToken({ sessionId: '../x' })],
    ['a template with a slash', (client) => client.createSessionTokenWithTemplate('sess_1', 'a/b')],
    [
      'a token of a template with a slash',
      (client) => client.getToken({ sessionId: 'sess_1', template: 'a/b' }),
    ],
    [
      'a forced token of such',
      (client) => client.getToken({ sessionId: 'sess_1', template: 'a/b', skipCache: true }),
    ],
    ['an empty organization', (client) => client.getToken({ sessionId: 'sess_1', organizationId: '' })],
    [
      'an unknown strategy',
      (client) => client.attemptFirstFactor('sess_1', { strategy: 'sms', code: '1' } as never),
    ],
    ['a wrong level', (client) => client.startReverification('sess_1', { level: 'third' } as never)],
    ['no level', (client) => client.startReverification('sess_1', {} as never)],
    ['no input', (client) => client.startReverification('sess_1', undefined as never)],
    ['a template that no JSON has', (client) => client.createSessionTokenWithTemplate('sess_1', 1n as never)],
    ['a session that no JSON has', (client) => client.getToken({ sessionId: 1n as never })],
    ['no template', (client) => client.createSessionTokenWithTemplate('sess_1', undefined as never)],
    ['no session', (client) => client.createSessionToken(undefined as never, null as never)],
    ['an intent of null', (client) => client.touchSession('sess_1', { intent: null } as never)],
  ]
  it.each(mistakes)('%s is told before anything is sent', async (_, call) => {
    const { client, until, sent } = world()
    expect(await until(failureOf(call(client)))).toBeInstanceOf(RequestValidationError)
    expect(sent).toEqual([])
  })
})
