import { describe, expect, it, onTestFinished } from 'vitest'
import { fakeKoms } from '../../src/testing/index.ts'
import {
  account_type,
  ada,
  claims,
  invalid,
  refusal,
  serverError,
  setUp,
  unauthorized,
} from './fake-koms-setup.ts'

const HOUR_MS = 3_600_000

describe('createSession', () => {
  it('answers both tokens and the seconds left, with which the claims agree', async () => {
    const { server, signIn } = setUp()
    const { status, body } = await signIn()
    expect(status).toBe(200)
    expect(body).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      refresh_token: expect.stringMatching(/^[\w-]{40}$/),
      access_token_expires_in: 3_600,
    })
    const now = Date.UTC(2026, 0, 1) / 1_000
    expect(claims(body.access_token)).toEqual({ sub: 'user-1', iat: now, exp: now + 3_600 })
    expect(server.sessions).toEqual([
      {
        email: 'ada@example.com',
        accessToken: body.access_token,
        refreshToken: body.refresh_token,
        expiresAt: (now + 3_600) * 1_000,
        refreshes: 0,
      },
    ])
  })

  it('gives each sign-in a session of its own', async () => {
    const { send, signedIn } = setUp()
    const [first, second] = [await signedIn(), await signedIn()]
    expect(second.access_token).not.toBe(first.access_token)
    for (const { access_token: token } of [first, second])
      expect((await send('GET', '/session', { token })).status).toBe(200)
  })

  it.for([
    ['a missing account type', { account_type: undefined }, refusal(500, 'missing account_type in request')],
    ['another account type', { account_type: 'social' }, refusal(500, 'unsupported account_type')],
    ['an unknown user', { email: 'eve@example.com' }, refusal(500, 'user not found')],
    ['a wrong password', { password: 'Wrong-horse-1!' }, serverError],
    ['an empty email', { email: '' }, invalid('The email or password was not provided')],
    ['no password', { password: undefined }, invalid('The email or password was not provided')],
  ] as const)('answers 500 to %s', async ([, fields, answer]) => {
    const { server, signIn } = setUp()
    expect(await signIn(fields)).toEqual(answer)
    expect(server.sessions).toEqual([])
  })

  it.for(['', '{', '[]', 'null'])('fails at the body %j', async (body) => {
    expect((await setUp().send('POST', '/session', { body })).status).toBe(502)
  })

  it('counts whole seconds, in 32 bits', async () => {
    const { clock, signedIn } = setUp({ tokenLifeMs: 10_000 })
    await clock.advance(1_500)
    const { access_token, access_token_expires_in } = await signedIn()
    expect(access_token_expires_in).toBe(9)
    expect(claims(access_token).exp * 1_000 - clock.now()).toBe(9_500)
    const endless = await setUp({ tokenLifeMs: Number.MAX_SAFE_INTEGER }).signedIn()
    expect(endless.access_token_expires_in).toBe(2 ** 32 - 1)
  })
})

describe('refreshSession', () => {
  it('changes nothing while the access token is good, and answers the seconds left', async () => {
    const { clock, server, signedIn, refresh } = setUp()
    const tokens = await signedIn()
    await clock.advance(HOUR_MS - 1_000)
    expect(await refresh(tokens)).toEqual({ status: 200, body: { ...tokens, access_token_expires_in: 1 } })
    expect(server.refreshes).toBe(0)
  })

  it('after expiry answers a new access token and keeps the refresh token', async () => {
    const { clock, server, send, signedIn, refresh } = setUp()
    const old = await signedIn()
    await clock.advance(HOUR_MS)
    const { status, body } = await refresh(old)
    expect([status, body.refresh_token, body.access_token_expires_in]).toEqual([
      200,
      old.refresh_token,
      3_600,
    ])
    expect(body.access_token).not.toBe(old.access_token)
    expect((await send('GET', '/user', { token: body.access_token })).status).toBe(200)
    expect(await send('GET', '/user', { token: old.access_token })).toEqual(unauthorized)
    expect([server.refreshes, server.sessions[0]?.refreshes]).toEqual([1, 1])
  })

  it('of two refreshes at once refuses the second, and the session lives on with the first', async () => {
    const { clock, signedIn, refresh } = setUp()
    const old = await signedIn()
    await clock.advance(HOUR_MS)
    const [first, second] = await Promise.all([refresh(old), refresh(old)])
    expect(second).toEqual(refusal(401, 'can only refresh most recently expired access token'))
    expect(first.status).toBe(200)
    await clock.advance(HOUR_MS)
    expect(await refresh(old)).toEqual(second)
    expect((await refresh(first.body)).status).toBe(200)
  })

  it('has taken place even if its answer is lost', async () => {
    const { clock, server, signedIn, refresh } = setUp()
    const old = await signedIn()
    await clock.advance(HOUR_MS)
    server.fault('refreshSession', { kind: 'drop-after' })
    await expect(refresh(old)).rejects.toThrow('fetch failed')
    expect(server.refreshes).toBe(1)
    expect((await refresh(old)).status).toBe(401)
  })

  it('says that a session is gone, and when its refresh token has run out', async () => {
    const { clock, server, signedIn, refresh } = setUp({ refreshTokenLifeMs: 2 * HOUR_MS })
    const tokens = await signedIn()
    const gone = refusal(401, 'session no longer exists')
    expect(await refresh({ ...tokens, refresh_token: 'other' })).toEqual(gone)
    await clock.advance(2 * HOUR_MS - 1)
    const renewed = await refresh(tokens)
    expect(renewed.status).toBe(200)
    await clock.advance(1)
    expect(await refresh(renewed.body)).toEqual(refusal(401, 'refresh_token is expired'))
    server.revoke()
    expect(await refresh(renewed.body)).toEqual(gone)
  })

  it('wants an access token and a body', async () => {
    const { send, signedIn } = setUp()
    const { access_token: token, refresh_token } = await signedIn()
    expect(await send('PUT', '/session', { json: { refresh_token } })).toEqual(unauthorized)
    expect((await send('PUT', '/session', { token })).status).toBe(502)
  })
})

describe('getSession', () => {
  it('answers the seconds left, until there are none', async () => {
    const { clock, server, send, signedIn } = setUp()
    const { access_token: token } = await signedIn()
    await clock.advance(HOUR_MS - 1_500)
    const left = { status: 200, body: { access_token_expires_in: 1 } }
    expect(await send('GET', '/session', { token })).toEqual(left)
    server.clockOffset = 1_500
    expect(await send('GET', '/session', { token })).toEqual(unauthorized)
  })

  it('wants the scheme Bearer', async () => {
    const { send, signedIn } = setUp()
    const { access_token: token } = await signedIn()
    for (const authorization of ['', 'Bearer', `Token ${token}`, `Bearer ${token}x`])
      expect(await send('GET', '/session', { headers: { authorization } })).toEqual(unauthorized)
  })
})

describe('deleteSession', () => {
  it('ends the session: both its tokens answer 401', async () => {
    const { server, send, signedIn, refresh, signOut } = setUp()
    const tokens = await signedIn()
    expect(await signOut(tokens)).toEqual(refusal(200, 'session deleted'))
    expect(await send('GET', '/session', { token: tokens.access_token })).toEqual(unauthorized)
    expect(await refresh(tokens)).toEqual(refusal(401, 'session no longer exists'))
    expect(server.sessions).toEqual([])
  })

  it('fails without a refresh token in a body, and the session lives on', async () => {
    const { send, signedIn } = setUp()
    const { access_token: token } = await signedIn()
    for (const body of ['', '{}'])
      expect(await send('DELETE', '/session', { token, body })).toEqual(refusal(502, 'Internal server error'))
    expect((await send('GET', '/session', { token })).status).toBe(200)
  })

  it('needs an access token that is good, and the refresh token of the same session', async () => {
    const { clock, server, signedIn, signOut } = setUp()
    const [first, second] = [await signedIn(), await signedIn()]
    const mixed = await signOut({ ...first, refresh_token: second.refresh_token })
    expect(mixed).toEqual(refusal(401, 'session no longer exists'))
    await clock.advance(HOUR_MS)
    expect(await signOut(first)).toEqual(unauthorized)
    expect(server.sessions.length).toBe(2)
  })
})

describe('what a test does to the server', () => {
  it('revokes one user or all', async () => {
    const users = [ada, { email: 'bob@example.com', password: 'weak' }]
    const { server, signIn, refresh } = setUp({ users })
    const [first, second] = await Promise.all(users.map((user) => signIn(user)))
    server.revoke('ada@example.com')
    expect(await refresh(first?.body)).toEqual(refusal(401, 'session no longer exists'))
    expect((await refresh(second?.body)).status).toBe(200)
    server.revoke()
    expect(server.sessions).toEqual([])
  })

  it('repeats itself, tokens and all, on a clock of the same seed', async () => {
    expect(await setUp().signedIn()).toEqual(await setUp().signedIn())
  })

  it('listens on a real port', async () => {
    const server = fakeKoms({ basePath: '/dev' })
    const { url, close } = await server.listen()
    onTestFinished(close)
    const response = await fetch(`${url}/dev/session`, {
      method: 'POST',
      headers: { 'x-koms-clientid': 'client-1', 'content-type': 'application/json' },
      body: JSON.stringify({ account_type, ...ada }),
    })
    expect([response.status, (await response.json()).access_token]).toEqual([
      200,
      server.sessions[0]?.accessToken,
    ])
  })
})
