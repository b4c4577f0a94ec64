import { describe, expect, it, onTestFinished } from 'vitest'
import { fakeClerk } from '../../src/testing/index.ts'
import { claims, part, setUp, told } from './fake-clerk-setup.ts'

const NOW = Date.UTC(2026, 0, 1)
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const notFound = [404, 'resource_not_found']

describe('the client', () => {
  it('is shown with its sessions', async () => {
    const { server, send } = setUp()
    server.addSession()
    const { status, body } = await send('GET', '')
    expect([status, body.client]).toEqual([200, body.response])
    expect(body.response).toEqual({
      object: 'client',
      id: 'client_1',
      sessions: [expect.objectContaining({ object: 'session', id: 'sess_1', status: 'active' })],
      sign_in: null,
      sign_up: null,
      last_active_session_id: 'sess_1',
      last_authentication_strategy: 'password',
      cookie_expires_at: null,
      captcha_bypass: false,
      created_at: NOW,
      updated_at: NOW,
    })
  })

  it('loses all its sessions at once, and stays', async () => {
    const { server, send, post } = setUp()
    const [first, second] = [server.addSession(), server.addSession()]
    const { status, body } = await send('DELETE', '/sessions')
    expect([status, body.client]).toEqual([200, null])
    expect(body.response).toMatchObject({ id: 'client_1', sessions: [], last_active_session_id: null })
    expect(told(await send('GET', `/sessions/${first}`))).toEqual(notFound)
    expect(told(await post(`${second}/tokens`))).toEqual(notFound)
    expect(server.sessions.map(({ status }) => status)).toEqual(['removed', 'removed'])
    expect((await send('GET', '')).status).toBe(200)
  })

  it('has the sessions of its own, and no others', async () => {
    const { server, send } = setUp()
    const mine = server.addSession()
    server.addClient()
    const theirs = server.addSession()
    expect(server.sessions.map(({ clientId }) => clientId)).toEqual(['client_1', 'client_2'])
    expect((await send('GET', `/sessions/${mine}`)).status).toBe(200)
    expect(told(await send('GET', `/sessions/${theirs}`))).toEqual(notFound)
  })
})

describe('a session', () => {
  it('is shown in full, with the client beside it', async () => {
    const { clock, server, send } = setUp()
    const user = { id: 'user_1', email: 'ada@example.com' }
    server.addSession({ tasks: ['choose-organization'], actor: { sub: 'user_9' }, status: 'pending' })
    await clock.advance(5 * MINUTE_MS)
    const { status, body } = await send('GET', '/sessions/sess_1')
    expect([status, body.client.id]).toEqual([200, 'client_1'])
    expect(body.response).toEqual({
      object: 'session',
      id: 'sess_1',
      status: 'pending',
      expire_at: NOW + 7 * DAY_MS,
      abandon_at: NOW + 30 * DAY_MS,
      last_active_at: NOW,
      last_active_token: null,
      actor: { sub: 'user_9' },
      tasks: [{ key: 'choose-organization' }],
      last_active_organization_id: null,
      user: expect.objectContaining({ object: 'user', id: user.id }),
      public_user_data: expect.objectContaining({ identifier: user.email, has_image: false }),
      factor_verification_age: [5, -1],
      created_at: NOW,
      updated_at: NOW,
    })
  })

  it('is touched: it becomes the active one, with the organization that was asked for', async () => {
    const { clock, server, post } = setUp()
    const [first] = [server.addSession(), server.addSession()]
    await clock.advance(1_000)
    for (const [wanted, active] of [
      ['org_1', 'org_1'],
      ['', null],
      ['acme', 'org_1'],
    ] as const) {
      const { body } = await post(`${first}/touch`, { active_organization_id: wanted })
      expect(body.response).toMatchObject({
        last_active_organization_id: active,
        last_active_at: NOW + 1_000,
      })
      expect(body.client.last_active_session_id).toBe(first)
    }
    const kept = await post(`${first}/touch`, { intent: 'select_session' })
    expect(kept.body.response.last_active_organization_id).toBe('org_1')
    expect(told(await post(`${first}/touch`, { active_organization_id: 'org_9' }))).toEqual(notFound)
  })

  it('touched for focus leaves the client out', async () => {
    const { server, post } = setUp()
    const { body } = await post(`${server.addSession()}/touch`, { intent: 'focus' })
    expect([body.response.id, body.client]).toEqual(['sess_1', null])
  })

  it('that is ended stays to be seen, and makes no tokens', async () => {
    const { server, send, post } = setUp()
    const id = server.addSession()
    const { status, body } = await post(`${id}/end`)
    expect([status, body.response.status]).toEqual([200, 'ended'])
    expect(body.client).toMatchObject({ sessions: [{ id, status: 'ended' }], last_active_session_id: null })
    expect((await send('GET', `/sessions/${id}`)).body.response.status).toBe('ended')
    for (const what of ['tokens', 'touch']) expect(told(await post(`${id}/${what}`))).toEqual(notFound)
  })

  it('that is removed is gone', async () => {
    const { server, send, post } = setUp()
    const id = server.addSession()
    const { status, body } = await post(`${id}/remove`)
    expect([status, body.response.status, body.client.sessions]).toEqual([200, 'removed', []])
    for (const what of ['remove', 'end', 'tokens'])
      expect(told(await post(`${id}/${what}`))).toEqual(notFound)
    expect(told(await send('GET', `/sessions/${id}`))).toEqual(notFound)
  })

  it('runs out by itself', async () => {
    const { clock, server, send, post } = setUp({ sessionLifeMs: 1_000 })
    const id = server.addSession()
    await clock.advance(1_000)
    expect((await send('GET', `/sessions/${id}`)).body.response.status).toBe('expired')
    expect(told(await post(`${id}/tokens`))).toEqual(notFound)
    await clock.advance(30 * DAY_MS)
    expect(server.sessions[0]?.status).toBe('abandoned')
  })

  it('takes whatever status a test wants', async () => {
    const { server, send, post } = setUp()
    const [first, second] = [server.addSession(), server.addSession()]
    server.revoke(first)
    expect(told(await post(`${first}/tokens`))).toEqual(notFound)
    server.setStatus(second, 'replaced')
    const { body } = await send('GET', '')
    expect(body.response.sessions).toMatchObject([{ status: 'revoked' }, { status: 'replaced' }])
    server.revoke()
    expect(server.sessions.map(({ status }) => status)).toEqual(['revoked', 'revoked'])
  })
})

describe('a session token', () => {
  it('is a JWT of one minute, outside of any envelope', async () => {
    const { server, post } = setUp()
    const { status, body } = await post(`${server.addSession()}/tokens`)
    expect([status, Object.keys(body)]).toEqual([200, ['jwt']])
    const iat = NOW / 1_000
    const iss = expect.stringMatching(/^https:/)
    const expected = { sid: 'sess_1', sub: 'user_1', iss, iat, exp: iat + 60, nbf: iat - 10 }
    expect(claims(body.jwt)).toEqual(expected)
    expect(part(body.jwt, 0)).toEqual({ alg: 'RS256', typ: 'JWT' })
    expect((await post('sess_1/tokens')).body.jwt).not.toBe(body.jwt)
  })

  it('is for the organization that was asked for, else for the active one', async () => {
    const { server, post } = setUp({
      organizations: ['one', 'two'].map((slug) => ({ id: `org_${slug}`, slug })),
    })
    const id = server.addSession({ organizationId: 'org_one' })
    const organization = async (form?: Record<string, string>) =>
      claims((await post(`${id}/tokens`, form)).body.jwt).org_id
    expect(await organization()).toBe('org_one')
    expect(await organization({ organization_id: 'org_two' })).toBe('org_two')
    expect(await organization({ organization_id: '' })).toBeUndefined()
    expect(await organization()).toBe('org_one')
    expect(told(await post(`${id}/tokens`, { organization_id: 'org_9' }))).toEqual(notFound)
  })

  it('from a template has its claims and its life, and takes no fields', async () => {
    const templates = { 'my api': { tokenLifeMs: 5_000, claims: { role: 'admin' } }, plain: {} }
    const { server, post } = setUp({ templates, tokenLifeMs: 30_000 })
    const id = server.addSession()
    const { jwt } = (await post(`${id}/tokens/my%20api`)).body
    expect(claims(jwt)).toMatchObject({ role: 'admin', sid: id, exp: NOW / 1_000 + 5 })
    expect(claims((await post(`${id}/tokens/plain`)).body.jwt).exp).toBe(NOW / 1_000 + 30)
    for (const name of ['none', 'toString'])
      expect(told(await post(`${id}/tokens/${name}`))).toEqual(notFound)
    const answer = await post(`${id}/tokens/plain`, { organization_id: '' })
    expect(told(answer)).toEqual([422, 'form_param_unknown'])
    expect(server.count('createSessionTokenWithTemplate')).toBe(5)
  })

  it('says when it was first issued, and rides along with sessions, where it is told to', async () => {
    const { server, send, post } = setUp({ oiat: true, lastActiveTokens: true })
    const id = server.addSession()
    const { last_active_token: token } = (await send('GET', `/sessions/${id}`)).body.response
    expect([token.object, claims(token.jwt).sid]).toEqual(['token', id])
    expect(part(token.jwt, 0).oiat).toBe(NOW / 1_000)
    expect((await post(`${id}/end`)).body.response.last_active_token).toBeNull()
  })

  it('wants the last one back, where it is told to', async () => {
    const { clock, server, post } = setUp()
    const [id, other] = [server.addSession(), server.addSession()]
    const { jwt } = (await post(`${id}/tokens`)).body
    await clock.advance(MINUTE_MS)
    server.settings.wantsExpiredToken = true
    for (const query of [{}, { expired_token: 'x' }])
      expect(told(await post(`${id}/tokens`, {}, { query }))).toEqual([422, 'missing_expired_token'])
    const query = { expired_token: jwt }
    expect(told(await post(`${other}/tokens`, {}, { query }))[0]).toBe(422)
    expect((await post(`${id}/tokens`, {}, { query })).status).toBe(200)
  })
})

describe("a user's own back end", () => {
  it('takes a session token until that runs out, even if its session has ended', async () => {
    const { clock, server, request, post } = setUp()
    const { jwt } = (await post(`${server.addSession()}/tokens`)).body
    server.revoke()
    const headers = { authorization: `Bearer ${jwt}`, origin: 'https://app.test' }
    const { status, body } = await request('POST', '/api/notes?page=2', { headers, body: '{"a":1}' })
    const seen = { path: '/api/notes?page=2', method: 'POST', user_id: 'user_1', session_id: 'sess_1' }
    expect([status, body]).toEqual([200, { ...seen, body: { a: 1 } }])
    expect((await request('GET', '/forbidden', { headers })).status).toBe(401)
    await clock.advance(MINUTE_MS - 1)
    expect((await request('GET', '/', { headers })).status).toBe(200)
    await clock.advance(1)
    expect((await request('GET', '/', { headers })).status).toBe(401)
    expect((await request('GET', '/')).status).toBe(401)
    expect(server.count('api')).toBe(5)
  })

  it('listens on a real port, beside the API', async () => {
    const server = fakeClerk()
    const id = server.addSession()
    const { url, close } = await server.listen()
    onTestFinished(close)
    const first = await fetch(`${url}/v1/client?_is_native=1`, { headers: { authorization: '' } })
    const token = first.headers.get('authorization') ?? ''
    const answer = await fetch(`${url}/v1/client/sessions/${id}/tokens?_is_native=1`, {
      method: 'POST',
      headers: { authorization: token },
      body: new URLSearchParams({ organization_id: 'org_1' }),
    })
    const { jwt } = await answer.json()
    const own = await fetch(`${url}/notes`, { headers: { authorization: `Bearer ${jwt}` } })
    expect(await own.json()).toMatchObject({ path: '/notes', session_id: id })
  })
})
