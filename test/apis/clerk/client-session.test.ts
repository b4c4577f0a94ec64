import { memoryStorage, NoSessionError, RequestValidationError, type SessionSnapshot } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { claimsOf, failureOf, refusal, world } from './client-setup.ts'

describe('clerk.session: the active session', () => {
  it('tells whether somebody is signed in, from the moment that it is known', async () => {
    const { client, until, server, id } = world()
    const { session } = client
    expect(session.snapshot()).toEqual({ status: 'unknown' })
    await until(client.getClient())
    expect(session.snapshot()).toEqual({ status: 'active' })
    expect(session.snapshot()).toBe(session.snapshot())
    const token = await until(session.getAccessToken())
    expect(session.snapshot()).toEqual({ status: 'active', expiresAt: Number(claimsOf(token).exp) * 1000 })
    await until(client.endSession(id))
    expect(session.snapshot().status).toBe('ended')
    void server
  })

  it('nobody signed in is told as such', async () => {
    const { client, until, server, id } = world()
    server.setStatus(id, 'ended')
    expect(await until(client.session.restore())).toEqual({ status: 'none' })
    expect(await until(failureOf(client.session.getAccessToken()))).toBeInstanceOf(NoSessionError)
    expect(await until(client.session.end())).toEqual({ revoked: false })
  })

  it('a subscriber hears of all of it, and begins by asking', async () => {
    const { client, until, clock, id } = world()
    const heard: SessionSnapshot[] = []
    const stop = client.session.subscribe((snapshot) => heard.push(snapshot))
    await clock.advance(100)
    await until(client.getToken())
    await until(client.touchSession(id, { active_organization_id: 'acme' }))
    await until(client.getToken())
    await until(client.session.end())
    stop()
    expect(heard.map(({ status }) => status).filter((status, n, all) => status !== all[n - 1])).toEqual([
      'unknown',
      'active',
      'ended',
    ])
    expect(heard.some(({ expiresAt }) => expiresAt !== undefined)).toBe(true)
    expect(heard.at(-1)).toEqual({ status: 'ended', reason: 'deleted' })
  })

  it('it begins and ends with the session, not with a token', async () => {
    const { client, until, clock, id } = world()
    const events: string[] = []
    for (const type of ['created', 'refreshed', 'ended'] as const)
      client.session.on(type, () => events.push(type))
    await until(client.getToken())
    await until(client.touchSession(id, { active_organization_id: 'acme' }))
    await until(client.getToken())
    await clock.advance(61_000)
    await until(client.getToken())
    await until(client.session.end())
    expect(events).toEqual(['created', 'refreshed', 'refreshed', 'ended'])
  })

  it.each([true, false])('end() ends it on the server (with a token at hand: %s)', async (withToken) => {
    const { client, until, server, id } = world()
    if (withToken) await until(client.getToken())
    expect(await until(client.session.end())).toEqual({ revoked: true })
    expect(server.sessions[0]?.status).toBe('ended')
    expect(server.count('endSession')).toBe(1)
    expect(await until(failureOf(client.getToken()))).toBeInstanceOf(NoSessionError)
    expect(client.client?.sessions.find((session) => session.id === id)?.status).toBe('ended')
  })

  it('end() has nothing left to tell a server that says that the user is signed out', async () => {
    const { client, until, server } = world()
    await until(client.getToken())
    server.fault('endSession', refusal(401, 'signed_out'))
    expect(await until(client.session.end())).toEqual({ revoked: true })
    expect(client.session.snapshot()).toEqual({ status: 'ended', reason: 'deleted' })
  })

  it('end() signs out here even if the server can not be reached', async () => {
    const { client, until, server } = world({}, { retry: false })
    await until(client.getToken())
    server.fault('endSession', { kind: 'drop-before' })
    expect(await until(client.session.end())).toMatchObject({ revoked: false, error: { code: 'network' } })
    expect(client.session.snapshot()).toEqual({ status: 'ended', reason: 'deleted' })
    expect(await until(failureOf(client.session.getAccessToken()))).toBeInstanceOf(NoSessionError)
  })

  it('it follows the active session to another', async () => {
    const { client, until, server, id } = world()
    const other = server.addSession()
    await until(client.getClient())
    expect(claimsOf(await until(client.session.getAccessToken())).sid).toBe(other)
    await until(client.touchSession(id, { intent: 'select_session' }))
    expect(claimsOf(await until(client.session.getAccessToken())).sid).toBe(id)
  })

  it('refresh() fetches a token now', async () => {
    const { client, until, clock } = world()
    const before = await until(client.session.getAccessToken())
    await clock.advance(2000)
    expect(await until(client.session.refresh())).toMatchObject({ kind: 'refreshed' })
    expect(await until(client.getToken())).not.toBe(before)
  })

  it('refresh() is no error where no token has been fetched yet', async () => {
    const { client, until } = world()
    await until(client.session.refresh())
    expect(client.session.snapshot().expiresAt).toBeDefined()
  })

  it('adopt() takes a token that a server handed over, and nothing is asked', async () => {
    const there = world()
    const token = await there.until(there.client.getToken())
    const { client, until, sent } = world()
    await until(client.session.adopt({ accessToken: token, expiresAt: Number(claimsOf(token).exp) * 1000 }))
    expect(client.session.snapshot().status).toBe('active')
    expect(await until(client.getToken())).toBe(token)
    expect(sent).toEqual([])
  })

  it.each([true, false])('adopt() brings a session back that has ended here (known: %s)', async (known) => {
    const { client, until, server, open } = world({}, { retry: false, storage: memoryStorage() })
    const accessToken = await until(client.getToken())
    const mine = known ? client : open()
    await until(mine.session.adopt({ accessToken }))
    server.fault('endSession', { kind: 'drop-before' })
    await until(mine.session.end())
    expect(mine.session.snapshot().status).toBe('ended')
    await until(mine.session.adopt({ accessToken }))
    expect(mine.session.snapshot().status).toBe('active')
    await until(mine.getClient())
    expect(mine.session.snapshot().status).toBe('active')
  })

  it('adopt() refuses what is no token', async () => {
    const { client, until, sent } = world()
    expect(await until(failureOf(client.session.adopt({ accessToken: 'x' })))).toBeInstanceOf(NoSessionError)
    await until(client.getClient())
    const requests = sent.length
    expect(await until(failureOf(client.session.adopt({ accessToken: 'a\nb' })))).toBeInstanceOf(
      RequestValidationError,
    )
    expect(await until(failureOf(client.session.adopt(undefined as never)))).toBeInstanceOf(
      RequestValidationError,
    )
    expect(sent).toHaveLength(requests)
  })

  it('a failed renewal is told as an event', async () => {
    const { client, until, server, clock } = world({}, { retry: false })
    const failures: unknown[] = []
    client.session.on('refreshFailed', (failure) => failures.push(failure))
    await until(client.getToken())
    await clock.advance(46_000)
    server.fault('createSessionToken', refusal(500, 'internal'))
    await client.getToken()
    await clock.advance(100)
    expect(failures).toHaveLength(1)
  })

  it('after close() nothing is sent any more', async () => {
    const { client, until, sent } = world()
    await until(client.getToken())
    await until(client.close())
    const requests = sent.length
    expect(await until(failureOf(client.getToken()))).toMatchObject({ code: 'configuration' })
    expect(await until(failureOf(client.getToken({ template: 'x' })))).toMatchObject({
      code: 'configuration',
    })
    expect(sent).toHaveLength(requests)
  })
})

it("an answer that was let through is told of as any client's is", async () => {
  const { client, until, server } = world({}, { validation: 'report' })
  const drifts: unknown[] = []
  client.session.on('drift', ({ error }) => drifts.push(error))
  server.fault('getClient', {
    kind: 'patch',
    patch: (json) => ({ response: { ...(json as { response: object }).response, captcha_bypass: 'no' } }),
  })
  expect((await until(client.getClient()))?.sessions).toHaveLength(1)
  expect(drifts).toMatchObject([{ code: 'response_validation', fields: ['response.captcha_bypass'] }])
})
