import { SessionEndedError } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { claimsOf, failureOf, refusal, world } from './client-setup.ts'

const MINT = 'createSessionToken'

describe('session tokens: dropped', () => {
  it("a touch that changes the organization drops that session's tokens, and no other's", async () => {
    const { client, until, server, id } = world({ templates: { hasura: {} } })
    const other = server.addSession()
    const keys = [{ sessionId: id }, { sessionId: id, template: 'hasura' }, { sessionId: other }]
    const before = await until(Promise.all(keys.map((key) => client.getToken(key))))
    await until(client.touchSession(id, { active_organization_id: 'acme' }))
    const after = await until(Promise.all(keys.map((key) => client.getToken(key))))
    expect(after.map((token, n) => token === before[n])).toEqual([false, false, true])
    expect(after.map((token) => claimsOf(token).org_id)).toEqual(['org_1', 'org_1', undefined])
  })

  it('a touch that does not keeps them', async () => {
    const { client, until, id } = world()
    const token = await until(client.getToken())
    await until(client.touchSession(id, { intent: 'focus' }))
    expect(await until(client.getToken())).toBe(token)
  })

  it.each(['endSession', 'removeSession'] as const)('%s leaves no token to hand out', async (operation) => {
    const { client, until, server, id } = world()
    await until(client.getToken())
    await until(client[operation](id))
    expect(await until(failureOf(client.getToken()))).toMatchObject({ code: 'no_session' })
    expect(await until(failureOf(client.getToken({ sessionId: id })))).toMatchObject({ status: 404 })
    expect(server.count(operation)).toBe(1)
  })

  it('a token that rides along with a session that is over is not handed out either', async () => {
    const { client, until, server, id } = world()
    const jwt = await until(client.getToken())
    server.fault('endSession', {
      kind: 'patch',
      patch: (json) => {
        const { response, ...rest } = json as { response: object }
        return { ...rest, response: { ...response, last_active_token: { object: 'token', jwt } } }
      },
    })
    await until(client.endSession(id))
    expect(await until(failureOf(client.getToken({ sessionId: id })))).toMatchObject({ status: 404 })
  })

  it('removeSessions leaves none of any session', async () => {
    const { client, until, server, id } = world()
    const other = server.addSession()
    await until(Promise.all([client.getToken({ sessionId: id }), client.getToken({ sessionId: other })]))
    await until(client.removeSessions())
    for (const sessionId of [id, other])
      expect(await until(failureOf(client.getToken({ sessionId })))).toMatchObject({ status: 404 })
  })

  it('whoever waits for a token while the organization changes gets one of the new organization, and nobody is signed out', async () => {
    const { client, until, server, clock, id } = world()
    await until(client.getClient())
    server.fault(MINT, { kind: 'delay', ms: 2000 }, { times: 2 })
    const waiting = [client.getToken(), client.getToken({ skipCache: true })]
    await clock.advance(100)
    await until(client.touchSession(id, { active_organization_id: 'acme' }))
    for (const token of await until(Promise.all(waiting))) expect(claimsOf(token).org_id).toBe('org_1')
    expect(claimsOf(await until(client.getToken())).org_id).toBe('org_1')
    expect(server.count('endSession')).toBe(0)
    expect(server.sessions[0]?.status).toBe('active')
  })

  it('a renewal in the background that the organization overtakes is not kept', async () => {
    const { client, until, server, clock, id } = world()
    await until(client.getToken())
    await clock.advance(46_000)
    server.fault(MINT, { kind: 'delay', ms: 3000 })
    await client.getToken()
    await clock.advance(100)
    await until(client.touchSession(id, { active_organization_id: 'acme' }))
    const token = await until(client.getToken())
    expect(claimsOf(token).org_id).toBe('org_1')
    await clock.advance(4000)
    expect(await until(client.getToken())).toBe(token)
    expect(server.count('endSession')).toBe(0)
  })

  it('whoever waits for a token of a session that ends is told so', async () => {
    const { client, until, server, clock, id } = world()
    await until(client.getClient())
    server.fault(MINT, { kind: 'delay', ms: 2000 })
    const waiting = failureOf(client.getToken())
    await clock.advance(100)
    await until(client.endSession(id))
    expect(await until(waiting)).toBeInstanceOf(SessionEndedError)
    expect(server.count('endSession')).toBe(1)
  })

  it('an expired token is not renewed only to be dropped', async () => {
    const { client, until, server, clock, id } = world()
    await until(client.getToken())
    await clock.advance(61_000)
    await until(client.endSession(id))
    expect(server.count(MINT)).toBe(1)
  })

  it('a touch that the server fails at may have been heard, and one that it refuses has not', async () => {
    for (const [status, kept] of [
      [500, false],
      [403, true],
      [422, true],
    ] as const) {
      const { client, until, server, id } = world({}, { retry: false })
      const token = await until(client.getToken())
      server.fault('touchSession', refusal(status, 'no'))
      await until(failureOf(client.touchSession(id, { active_organization_id: 'acme' })))
      expect((await until(client.getToken())) === token).toBe(kept)
    }
  })

  it('once there is no client any more, no token of any of its sessions is handed out', async () => {
    const { client, until, server, id } = world()
    const other = server.addSession()
    const tokens = () => until(Promise.all([id, other].map((sessionId) => client.getToken({ sessionId }))))
    await tokens()
    server.fault('getClient', { kind: 'body', body: '{"response":null,"client":null}' })
    expect(await until(client.getClient())).toBeNull()
    await tokens()
    expect(server.count(MINT)).toBe(4)
  })

  it('a touch whose answer is lost may have been heard: the tokens go', async () => {
    const { client, until, server, id } = world({}, { retry: false })
    await until(client.getToken())
    server.fault('touchSession', { kind: 'drop-after' })
    await until(failureOf(client.touchSession(id, { active_organization_id: 'acme' })))
    expect(claimsOf(await until(client.getToken())).org_id).toBe('org_1')
  })
})
