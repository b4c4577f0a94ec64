import { describe, expect, it } from 'vitest'
import { claims, setUp, told } from './fake-clerk-setup.ts'

const invalid = [401, 'authentication_invalid']

function native(options: Parameters<typeof setUp>[0] = {}) {
  const made = setUp(options)
  // What sets up with a cookie has claimed the first client; this is a device of its own.
  made.server.addClient()
  const ask = async (authorization: string, path = '/v1/client') => {
    const answer = await made.request('GET', path, { query: { _is_native: '1' }, headers: { authorization } })
    return { ...answer, token: answer.headers.get('authorization') }
  }
  return { ...made, ask }
}

describe('a native app', () => {
  it('is given a client token at its very first request, and keeps it', async () => {
    const { server, ask } = native()
    const id = server.addSession()
    const first = await ask('')
    expect([first.status, first.body.response.sessions[0].id]).toEqual([200, id])
    expect(claims(first.token ?? '')).toMatchObject({ id: 'client_2', rotating_token: expect.any(String) })
    const second = await ask(first.token ?? '')
    expect([second.body.response.id, second.token]).toEqual(['client_2', first.token])
  })

  it('that asks twice for the first time becomes two clients', async () => {
    const { server, ask } = native()
    server.addSession()
    const [first, second] = await Promise.all([ask(''), ask('')])
    expect([first.body.response.id, second.body.response.id]).toEqual(['client_2', 'client_3'])
    expect(second.body.response.sessions).toEqual([])
    expect(server.clients).toEqual(['client_1', 'client_2', 'client_3'])
  })

  it('has to send its token as it received it', async () => {
    const { ask } = native({ clientTokenPrefix: 'Bearer ' })
    const { token } = await ask('')
    expect(token).toMatch(/^Bearer [\w-]+\./)
    expect((await ask(token ?? '')).status).toBe(200)
    expect(told(await ask(token?.slice(7) ?? ''))).toEqual(invalid)
    const raw = native()
    expect(told(await raw.ask(`Bearer ${(await raw.ask('')).token}`))).toEqual(invalid)
  })

  it('has to send an Authorization header at all', async () => {
    const { request } = setUp()
    expect(told(await request('GET', '/v1/client', { query: { _is_native: '1' } }))).toEqual(invalid)
  })

  it('is given another token with every answer, whatever its status, while tokens rotate', async () => {
    const { server, ask } = native()
    const first = (await ask('')).token ?? ''
    server.settings.rotate = true
    const second = await ask(first, '/v1/client/sessions/none')
    expect([second.status, second.token === first]).toEqual([404, false])
    const third = await ask(second.token ?? '')
    expect([third.status, third.token === second.token]).toEqual([200, false])
    server.settings.rotate = false
    expect((await ask(third.token ?? '')).token).toBe(third.token)
  })

  it('can go on with either of two tokens that it was given at once', async () => {
    const { server, ask } = native({ rotate: true, rotationGraceMs: 0 })
    const first = (await ask('')).token ?? ''
    const [left, right] = await Promise.all([ask(first), ask(first)])
    expect(left.token).not.toBe(right.token)
    expect((await ask(left.token ?? '')).status).toBe(200)
    expect((await ask(right.token ?? '')).status).toBe(200)
    expect(server.clients.length).toBe(2)
  })

  it.for([
    [{}, 10_000],
    [{ rotationGraceMs: 1_000 }, 1_000],
  ] as const)(
    'loses a replaced token once its replacement was used, after a time of grace: %j',
    async ([options, graceMs]) => {
      const { clock, ask } = native({ rotate: true, ...options })
      const old = (await ask('')).token ?? ''
      const { token } = await ask(old)
      await clock.advance(60_000)
      expect((await ask(old)).status).toBe(200)
      await ask(token ?? '')
      await clock.advance(graceMs - 1)
      expect((await ask(old)).status).toBe(200)
      await clock.advance(1)
      const late = await ask(old)
      expect([...told(late), late.token]).toEqual([...invalid, ''])
    },
  )

  it.for([
    ['', ''],
    ['Bearer ', 'Bearer'],
  ])('is told by an Authorization without a token that it is forgotten (%j)', async ([prefix, emptied]) => {
    const { server, ask } = native({ clientTokenPrefix: prefix ?? '' })
    const { token } = await ask('')
    server.forgetClient('signed_out')
    const answer = await ask(token ?? '')
    expect([...told(answer), answer.token]).toEqual([401, 'signed_out', emptied])
    expect((await ask('')).body.response).toMatchObject({ id: 'client_3', sessions: [] })
  })

  it.for(['', 'token'])('is refused if it sends an Origin, with Authorization %j', async (authorization) => {
    const { server, request } = setUp()
    const headers = { authorization, origin: 'https://app.test' }
    const answer = await request('GET', '/v1/client', { query: { _is_native: '1' }, headers })
    expect(told(answer)).toEqual([400, 'origin_authorization_headers_conflict'])
    expect(server.clients.length).toBe(1)
  })
})

describe('a browser, in production', () => {
  it('is known by its cookie, and nobody without one', async () => {
    const { server, request, send } = setUp()
    server.addSession()
    expect((await send('GET', '')).body.response.id).toBe('client_1')
    const { status, body } = await request('GET', '/v1/client')
    expect([status, body]).toEqual([200, { response: null, client: null }])
    expect(told(await request('GET', '/v1/client/sessions/sess_1'))).toEqual([401, 'signed_out'])
    const headers = { cookie: '__client=unknown' }
    expect(told(await request('GET', '/v1/client', { headers }))).toEqual(invalid)
  })

  it('has its cookie replaced while tokens rotate', async () => {
    const { server, request, send } = setUp({ rotate: true })
    const headers = { cookie: `other=1; __client=${server.clientToken()}` }
    const cookie = (await request('GET', '/v1/client', { headers })).headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^__client=[\w-]+\.[\w-]+\.[\w-]+; Path=\/; HttpOnly; Secure/)
    expect(cookie).toContain(server.clientToken())
    expect((await send('GET', '')).status).toBe(200)
  })

  it.for(['authentication_invalid', 'signed_out'] as const)('that is forgotten hears %s', async (code) => {
    const { server, send } = setUp()
    server.forgetClient(code)
    expect(told(await send('GET', ''))).toEqual([401, code])
  })

  it('carries its cookie by itself where it is told to, with credentials included only', async () => {
    const { server, request } = setUp({ ambientCookie: true, rotate: true })
    server.addSession()
    for (let round = 0; round < 3; round++) {
      const { body } = await request('GET', '/v1/client', { credentials: 'include' })
      expect(body.response?.id).toBe('client_1')
    }
    expect((await request('GET', '/v1/client', { credentials: 'omit' })).body.response).toBeNull()
    const form = { organization_id: 'org_1' }
    const path = '/v1/client/sessions/sess_1/tokens'
    expect((await request('POST', path, { form, credentials: 'include' })).status).toBe(200)
    server.forgetClient()
    expect(told(await request('GET', '/v1/client', { credentials: 'include' }))).toEqual(invalid)
  })

  it('can create no dev browser', async () => {
    expect((await setUp().request('POST', '/v1/dev_browser')).status).toBe(404)
  })
})

describe('a browser, in development', () => {
  function development(options: Parameters<typeof setUp>[0] = {}) {
    const made = setUp({ instance: 'development', ...options })
    made.server.addClient()
    const create = async (): Promise<string> => (await made.request('POST', '/v1/dev_browser')).body.id
    const ask = async (token: string) => {
      const answer = await made.request('GET', '/v1/client', { query: { __clerk_db_jwt: token } })
      return { ...answer, token: answer.headers.get('clerk-db-jwt') }
    }
    return { ...made, create, ask }
  }

  it('is known by its dev browser token, each by its own', async () => {
    const { server, create, ask } = development()
    server.addSession()
    const { status, body } = await ask(await create())
    expect([status, body.response.id, body.response.sessions.length]).toEqual([200, 'client_2', 1])
    expect((await ask(await create())).body.response.id).toBe('client_3')
    expect(server.count('createDevBrowser')).toBe(2)
  })

  it('is not known by its cookie, nor without a token', async () => {
    const { send, request, ask } = development()
    for (const answer of [await send('GET', ''), await ask('unknown'), await request('GET', '/v1/client')])
      expect(told(answer)).toEqual([401, 'dev_browser_unauthenticated'])
  })

  it('has its token replaced while tokens rotate, whatever the status', async () => {
    const { server, request, create, ask } = development({ rotate: true, rotationGraceMs: 0 })
    const first = await create()
    const { token: second } = await ask(first)
    expect(second).toMatch(/^dvb_/)
    const query = { __clerk_db_jwt: second ?? '' }
    const missed = await request('GET', '/v1/client/sessions/none', { query })
    expect([missed.status, missed.headers.get('clerk-db-jwt')]).toEqual([404, expect.any(String)])
    expect(told(await ask(first))).toEqual([401, 'dev_browser_unauthenticated'])
    server.settings.rotate = false
    expect((await ask(second ?? '')).token).toBeNull()
  })

  it('has to obtain a new token once the server knows none any more', async () => {
    const { server, create, ask } = development()
    const token = await create()
    server.forgetDevBrowsers()
    expect(told(await ask(token))).toEqual([401, 'dev_browser_unauthenticated'])
    expect((await ask(await create())).status).toBe(200)
  })

  it('whose client is forgotten hears so', async () => {
    const { server, create, ask } = development()
    const token = await create()
    server.forgetClient()
    expect(told(await ask(token))).toEqual(invalid)
  })
})
