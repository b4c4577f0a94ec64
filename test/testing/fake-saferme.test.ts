import { describe, expect, it } from 'vitest'
import { fakeClock, fakeSaferMe } from '../../src/testing/index.ts'

const HOUR_MS = 3_600_000
const credentials = {
  app_bundle_id: 'com.thundermaps.saferme',
  email: 'ada@example.com',
  password: 'correct horse',
}

type Pair = { access_token: string; refresh_token: string }

function setUp(options: Parameters<typeof fakeSaferMe>[0] = {}) {
  const clock = fakeClock()
  const server = fakeSaferMe({ clock, ...options })
  const send = async (method: string, path: string, { json, token, ...init }: Init = {}) => {
    const headers = new Headers(init.headers)
    if (json) headers.set('content-type', 'application/json')
    if (token) headers.set('authorization', `Token token=${token}`)
    const body = json ? JSON.stringify(json) : (init.body ?? null)
    const response = await server.fetch(`https://api.safer.me/api/v4${path}`, { method, headers, body })
    return { status: response.status, body: await response.json() }
  }
  const signIn = async (session: object = credentials) => send('POST', '/session', { json: { session } })
  const refresh = (session: object) => send('PATCH', '/session', { json: { session } })
  const signedIn = async (): Promise<Pair> => (await signIn()).body.session
  return { clock, server, send, signIn, signedIn, refresh }
}

type Init = RequestInit & { json?: object; token?: string }

const unauthenticated = { status: 401, body: { errors: ['not authenticated'] } }

describe('createSession', () => {
  it('answers a session with both tokens, and its expiry as SaferMe writes it', async () => {
    const { server, signIn } = setUp()
    const { status, body } = await signIn()
    expect(status).toBe(200)
    expect(body).toEqual({
      session: {
        access_token: expect.stringMatching(/^[\w-]{40}$/),
        refresh_token: expect.stringMatching(/^[\w-]{40}$/),
        token_expire_at: '2026-01-01T14:00:00.000+13:00',
        app_bundle_id: 'com.thundermaps.saferme',
        branded_app_id: 1,
        client_uuid: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/),
        profile: {
          user_id: 1,
          preferred_team_id: 2,
          user_uuid: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/),
          personal_account_option: false,
          consent_required: false,
          profile_details_pending: false,
          password_update_pending: false,
        },
      },
    })
    expect(server.sessions).toEqual([
      {
        email: 'ada@example.com',
        accessToken: body.session.access_token,
        refreshToken: body.session.refresh_token,
        expiresAt: Date.parse(body.session.token_expire_at),
        refreshes: 0,
      },
    ])
  })

  it('gives each sign-in tokens of its own, and leaves the others alone', async () => {
    const { server, send, signedIn } = setUp()
    const first = await signedIn()
    const second = await signedIn()
    expect(new Set([...Object.values(first), ...Object.values(second)]).size).toBeGreaterThan(4)
    expect((await send('GET', '/session', { token: first.access_token })).status).toBe(200)
    expect(server.sessions.length).toBe(2)
  })

  it('wants JSON', async () => {
    const { send } = setUp()
    const body = JSON.stringify({ session: credentials })
    expect((await send('POST', '/session', { body })).status).toBe(415)
    const headers = { 'content-type': 'application/json; charset=utf-8' }
    expect((await send('POST', '/session', { body, headers })).status).toBe(200)
  })

  it.for([
    ['session', {}],
    ['session', []],
    ['app_bundle_id', { session: { ...credentials, app_bundle_id: undefined } }],
    ['email', { session: { ...credentials, email: '' } }],
    ['password', { session: { ...credentials, password: null } }],
  ] as const)('names a missing %s', async ([param, json]) => {
    const { send } = setUp()
    const answer = { status: 422, body: { message: 'client error', param } }
    expect(await send('POST', '/session', { json })).toEqual(answer)
  })

  it('refuses a body that can not be read', async () => {
    const { send } = setUp()
    const headers = { 'content-type': 'application/json' }
    expect((await send('POST', '/session', { headers, body: '{' })).status).toBe(422)
  })

  it('refuses wrong credentials, alike for a wrong password and an unknown user', async () => {
    const { server, signIn } = setUp()
    const refusal = { status: 401, body: { errors: ['invalid email or password'] } }
    expect(await signIn({ ...credentials, password: 'wrong' })).toEqual(refusal)
    expect(await signIn({ ...credentials, email: 'eve@example.com' })).toEqual(refusal)
    expect(server.sessions).toEqual([])
  })

  it('refuses a locked account and an unknown application', async () => {
    const { server, signIn } = setUp()
    expect((await signIn({ ...credentials, app_bundle_id: 'com.other' })).status).toBe(422)
    server.lock('ada@example.com')
    const { status, body } = await signIn()
    expect([status, body.error_codes]).toEqual([422, { base: [{ error: 'account_locked' }] }])
  })

  it('knows the users and the application that it was given', async () => {
    const { signIn } = setUp({ users: [{ email: 'a', password: 'b' }], appBundleId: 'com.mine' })
    expect((await signIn()).status).toBe(422)
    expect((await signIn({ app_bundle_id: 'com.mine', email: 'a', password: 'b' })).status).toBe(200)
  })
})

describe('getSession', () => {
  it('answers the session without tokens', async () => {
    const { send, signIn } = setUp()
    const { access_token, refresh_token, ...session } = (await signIn()).body.session
    expect(await send('GET', '/session', { token: access_token })).toEqual({ status: 200, body: { session } })
  })

  it('wants the scheme Token with its token parameter', async () => {
    const { send, signedIn } = setUp()
    const { access_token: token } = await signedIn()
    for (const authorization of [
      `Bearer ${token}`,
      `Token ${token}`,
      `token=${token}`,
      `Token token=x${token}`,
    ]) {
      expect(await send('GET', '/session', { headers: { authorization } })).toEqual(unauthenticated)
    }
    expect(await send('GET', '/session')).toEqual(unauthenticated)
  })

  it('refuses an access token that has run out, by the time of the server', async () => {
    const { clock, server, send, signedIn } = setUp()
    const { access_token: token } = await signedIn()
    await clock.advance(HOUR_MS - 1)
    expect((await send('GET', '/session', { token })).status).toBe(200)
    server.clockOffset = 1
    expect(await send('GET', '/session', { token })).toEqual(unauthenticated)
  })
})

describe('refreshSession', () => {
  it('answers a new pair, and makes the previous one invalid at once', async () => {
    const { clock, server, send, signedIn, refresh } = setUp()
    const old = await signedIn()
    await clock.advance(1_000)
    const { status, body } = await refresh(old)
    expect([status, body.session.token_expire_at]).toEqual([200, '2026-01-01T14:00:01.000+13:00'])
    expect(body.session.access_token).not.toBe(old.access_token)
    expect(body.session.refresh_token).not.toBe(old.refresh_token)
    expect(await send('GET', '/session', { token: old.access_token })).toEqual(unauthenticated)
    expect((await send('GET', '/session', { token: body.session.access_token })).status).toBe(200)
    expect(await refresh(old)).toEqual(unauthenticated)
    expect([server.refreshes, server.sessions[0]?.refreshes]).toEqual([1, 1])
  })

  it('of two refreshes at once with one pair refuses the second', async () => {
    const { server, signedIn, refresh } = setUp()
    const pair = await signedIn()
    const statuses = (await Promise.all([refresh(pair), refresh(pair)])).map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([200, 401])
    expect(server.refreshes).toBe(1)
  })

  it('wants both tokens of the same pair', async () => {
    const { send, signedIn, refresh } = setUp()
    const first = await signedIn()
    const second = await signedIn()
    const mixed = { ...first, refresh_token: second.refresh_token }
    expect(await refresh(mixed)).toEqual(unauthenticated)
    const missing = { status: 422, body: { message: 'client error', param: 'refresh_token' } }
    expect(await refresh({ access_token: first.access_token })).toEqual(missing)
    const body = JSON.stringify({ session: first })
    expect((await send('PATCH', '/session', { body })).status).toBe(415)
    expect((await refresh(first)).status).toBe(200)
  })

  it('takes an access token that has run out, until the refresh token has too', async () => {
    const { clock, signedIn, refresh } = setUp({ refreshTokenLifeMs: 3 * HOUR_MS })
    const first = await signedIn()
    await clock.advance(3 * HOUR_MS - 1)
    const second = await refresh(first)
    expect(second.status).toBe(200)
    await clock.advance(3 * HOUR_MS)
    expect(await refresh(second.body.session)).toEqual(unauthenticated)
  })

  it('has taken place even if its answer is lost', async () => {
    const { server, signedIn, refresh } = setUp()
    const pair = await signedIn()
    server.fault('refreshSession', { kind: 'drop-after' })
    await expect(refresh(pair)).rejects.toThrow('fetch failed')
    expect(server.refreshes).toBe(1)
    expect(await refresh(pair)).toEqual(unauthenticated)
  })
})

describe('deleteSession', () => {
  it('makes both tokens invalid', async () => {
    const { server, send, signedIn, refresh } = setUp()
    const pair = await signedIn()
    expect(await send('DELETE', '/session', { token: pair.access_token })).toEqual({ status: 200, body: {} })
    expect(await send('GET', '/session', { token: pair.access_token })).toEqual(unauthenticated)
    expect(await refresh(pair)).toEqual(unauthenticated)
    expect(server.sessions).toEqual([])
  })

  it('needs an access token that is alive', async () => {
    const { clock, send, signedIn, refresh } = setUp({ tokenLifeMs: 1_000 })
    const pair = await signedIn()
    await clock.advance(1_000)
    expect(await send('DELETE', '/session', { token: pair.access_token })).toEqual(unauthenticated)
    expect((await refresh(pair)).status).toBe(200)
  })
})

describe('the rest of the API', () => {
  it('answers an authenticated request with what it was', async () => {
    const { send, signedIn } = setUp()
    const { access_token: token } = await signedIn()
    const seen = { user_id: 1, method: 'GET', path: '/api/v4/reports?page=2', body: null }
    expect(await send('GET', '/reports?page=2', { token })).toEqual({ status: 200, body: seen })
    expect((await send('POST', '/reports', { token, json: { a: 1 } })).body.body).toEqual({ a: 1 })
    expect((await send('POST', '/reports', { token, body: 'raw' })).body.body).toBe('raw')
  })

  it('refuses others, and everybody what is forbidden', async () => {
    const { server, send, signedIn } = setUp()
    const { access_token: token } = await signedIn()
    expect(await send('GET', '/reports')).toEqual(unauthenticated)
    expect(await send('GET', '/forbidden', { token })).toEqual(unauthenticated)
    expect(server.count('api')).toBe(2)
  })

  it('knows nothing outside of it, and no other method on the session', async () => {
    const { server, send } = setUp()
    expect((await server.fetch('https://api.safer.me/elsewhere')).status).toBe(404)
    expect((await send('PUT', '/session')).status).toBe(404)
  })
})

describe('what a test does to the server', () => {
  it('revokes one user or all', async () => {
    const users = ['ada', 'bob', 'cyd'].map((name) => ({
      email: `${name}@example.com`,
      password: 'correct horse',
    }))
    const { server, signIn, refresh } = setUp({ users })
    const [ada, bob] = await Promise.all(users.map(({ email }) => signIn({ ...credentials, email })))
    server.revoke('ada@example.com')
    expect(await refresh(ada?.body.session)).toEqual(unauthenticated)
    expect((await refresh(bob?.body.session)).body.session.profile.user_id).toBe(2)
    server.revoke()
    expect(server.sessions).toEqual([])
  })

  it('repeats itself, tokens and all, on a clock of the same seed', async () => {
    expect(await setUp().signedIn()).toEqual(await setUp().signedIn())
  })
})
