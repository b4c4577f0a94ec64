import { describe, expect, it, onTestFinished } from 'vitest'
import { fakeClock, fakeZelf } from '../../src/testing/index.ts'

const TEN_MINUTES_MS = 600_000
const NOW_S = Date.UTC(2026, 0, 1) / 1_000

type Init = { json?: unknown; token?: string; headers?: HeadersInit; body?: string }

function setUp(options: Parameters<typeof fakeZelf>[0] = {}) {
  const clock = fakeClock()
  const server = fakeZelf({ clock, ...options })
  const send = async (method: string, path: string, { json, token, headers: given, body }: Init = {}) => {
    const headers = new Headers(given)
    if (json) headers.set('content-type', 'application/json')
    if (token) headers.set('authorization', `Bearer ${token}`)
    const init = { method, headers, body: json ? JSON.stringify(json) : (body ?? null) }
    const response = await server.fetch(`https://api.zelf.world${path}`, init)
    return { status: response.status, body: await response.json() }
  }
  const create = (identifier: unknown = 'device-1') => send('POST', '/api/sessions', { json: { identifier } })
  const created = async (identifier?: string) => (await create(identifier)).body.data
  return { clock, server, send, create, created }
}

const claims = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())
const unauthorized = { status: 401, body: { error: 'Unauthorized' } }

describe('createSession', () => {
  it('answers a token and, as newer servers do, when it begins and ends', async () => {
    const { server, create } = setUp()
    const { status, body } = await create()
    expect(status).toBe(200)
    const jwt = expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    expect(body).toEqual({ data: { token: jwt, activatedAt: NOW_S, expiresAt: NOW_S + 600 } })
    expect(claims(body.data.token)).toEqual({ identifier: 'device-1', iat: NOW_S, exp: NOW_S + 600 })
    const expiresAt = (NOW_S + 600) * 1_000
    expect(server.sessions).toEqual([{ identifier: 'device-1', token: body.data.token, expiresAt }])
  })

  it('as older servers do, leaves the expiry to the token', async () => {
    const { token, ...rest } = await setUp({ expiry: 'jwt', tokenLifeMs: 5_000 }).created('gerät')
    expect(rest).toEqual({})
    expect(claims(token)).toEqual({ identifier: 'gerät', iat: NOW_S, exp: NOW_S + 5 })
  })

  it('leaves it open when an opaque token runs out', async () => {
    const { clock, send, created } = setUp({ expiry: 'none' })
    const { token, ...rest } = await created()
    expect([token, rest]).toEqual([expect.stringMatching(/^[\w-]{40}$/), {}])
    expect((await send('GET', '/', { token })).status).toBe(200)
    await clock.advance(TEN_MINUTES_MS)
    expect(await send('GET', '/', { token })).toEqual(unauthorized)
  })

  it('given the same identifier again leaves the earlier token good until it runs out', async () => {
    const { clock, server, send, created } = setUp()
    const first = await created()
    await clock.advance(TEN_MINUTES_MS - 1)
    const second = await created()
    expect(second.token).not.toBe(first.token)
    expect((await send('GET', '/', { token: first.token })).status).toBe(200)
    await clock.advance(1)
    expect(await send('GET', '/', { token: first.token })).toEqual(unauthorized)
    expect((await send('GET', '/', { token: second.token })).status).toBe(200)
    expect(server.count('createSession')).toBe(2)
  })

  it.for([undefined, '', null, 7, {}])('refuses the identifier %j', async (identifier) => {
    const { server, send } = setUp()
    const answer = await send('POST', '/api/sessions', { json: { identifier } })
    expect(answer).toEqual({ status: 400, body: { validationError: expect.any(String) } })
    expect(server.sessions).toEqual([])
  })

  it('refuses a body that is no JSON object, or does not say so', async () => {
    const { send } = setUp()
    const headers = { 'content-type': 'application/json' }
    for (const body of ['', '{', '[]'])
      expect((await send('POST', '/api/sessions', { headers, body })).status).toBe(400)
    const body = JSON.stringify({ identifier: 'device-1' })
    expect((await send('POST', '/api/sessions', { body })).status).toBe(400)
    expect((await send('POST', '/api/sessions', { headers, body })).status).toBe(200)
  })

  it('is all that a session can do', async () => {
    const { send, created } = setUp()
    const { token } = await created()
    for (const method of ['GET', 'PUT', 'DELETE'])
      expect((await send(method, '/api/sessions', { token })).status).toBe(404)
  })
})

describe('the rest of the API', () => {
  it('answers an authenticated request with what it was', async () => {
    const { send, created } = setUp()
    const { token } = await created()
    const seen = { identifier: 'device-1', method: 'GET', path: '/api/clients?page=2', body: null }
    expect(await send('GET', '/api/clients?page=2', { token })).toEqual({ status: 200, body: seen })
    expect((await send('POST', '/api/clients', { token, json: { a: 1 } })).body.body).toEqual({ a: 1 })
  })

  it('refuses others, and everybody what is forbidden', async () => {
    const { server, send, created } = setUp()
    const { token } = await created()
    expect(await send('GET', '/api/clients')).toEqual(unauthorized)
    expect(await send('GET', '/api/clients', { token: `${token}x` })).toEqual(unauthorized)
    const headers = { authorization: `Token ${token}` }
    expect(await send('GET', '/api/clients', { headers })).toEqual(unauthorized)
    expect(await send('GET', '/forbidden', { token })).toEqual(unauthorized)
    expect(server.count('api')).toBe(4)
  })
})

describe('what a test does to the server', () => {
  it('revokes one identifier or all', async () => {
    const { server, send, created } = setUp()
    const [first, second] = [await created('a'), await created('b')]
    server.revoke('a')
    expect(await send('GET', '/', { token: first.token })).toEqual(unauthorized)
    expect((await send('GET', '/', { token: second.token })).status).toBe(200)
    server.revoke()
    expect(server.sessions).toEqual([])
  })

  it('repeats itself, tokens and all, on a clock of the same seed', async () => {
    expect(await setUp().created()).toEqual(await setUp().created())
  })

  it('listens on a real port', async () => {
    const server = fakeZelf()
    const { url, close } = await server.listen()
    onTestFinished(close)
    const response = await fetch(`${url}/api/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ identifier: 'device-1' }),
    })
    expect((await response.json()).data.token).toBe(server.sessions[0]?.token)
  })
})
