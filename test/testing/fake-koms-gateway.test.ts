import { describe, expect, it } from 'vitest'
import { account_type, ada, invalid, refusal, serverError, setUp, unauthorized } from './fake-koms-setup.ts'

describe('the gateway', () => {
  const operations = [
    ['POST', '/session'],
    ['PUT', '/session'],
    ['GET', '/session'],
    ['DELETE', '/session'],
    ['POST', '/user'],
    ['GET', '/user'],
  ] as const

  it.for(operations)('refuses %s %s without the id of a client that it knows', async ([method, path]) => {
    const { send, signedIn } = setUp()
    const { access_token: token, refresh_token } = await signedIn()
    const body = method === 'GET' ? {} : { json: { account_type, ...ada, refresh_token } }
    for (const clientId of ['', 'client-2']) {
      const headers = { 'x-koms-clientid': clientId }
      expect(await send(method, path, { token, headers, ...body })).toEqual(unauthorized)
    }
    expect((await send(method, path, { token, ...body })).status).toBe(200)
  })

  it.for(operations)('wants %s %s to declare JSON, body or not', async ([method, path]) => {
    const { server, send, signedIn } = setUp()
    const { access_token: token, refresh_token } = await signedIn()
    const body = method === 'GET' ? {} : { json: { account_type, ...ada, refresh_token } }
    const headers = { 'content-type': 'text/plain' }
    expect((await send(method, path, { token, headers, ...body })).status).toBe(415)
    expect(server.sessions.length).toBe(1)
    const withCharset = { 'content-type': 'application/json; charset=utf-8' }
    expect((await send(method, path, { token, headers: withCharset, ...body })).status).toBe(200)
  })

  it('knows the client and the stage that it was given, and nothing outside of the stage', async () => {
    const { send } = setUp({ clientId: 'mine', basePath: '/dev' })
    const headers = { 'x-koms-clientid': 'mine' }
    const json = { account_type, ...ada }
    expect((await send('POST', '/dev/session', { json })).status).toBe(401)
    const { status, body } = await send('POST', '/dev/session', { json, headers })
    expect(status).toBe(200)
    expect((await send('POST', '/session', { json, headers })).status).toBe(404)
    const token = body.access_token
    expect((await send('GET', '/dev/reports', { token, headers })).body.path).toBe('/dev/reports')
    expect(await send('GET', '/dev/forbidden', { token, headers })).toEqual(unauthorized)
  })
})

describe('createUser', () => {
  it('lets a new user sign in', async () => {
    const { send, signIn, signUp } = setUp()
    const bob = { email: 'bob@example.com', password: 'Battery-2#' }
    expect(await signUp(bob)).toEqual(refusal(200, 'new user created'))
    const { access_token: token } = (await signIn(bob)).body
    const user = { id: 'user-2', email: 'bob@example.com' }
    expect(await send('GET', '/user', { token })).toEqual({ status: 200, body: user })
  })

  it('tells one who gives the right password that the user exists', async () => {
    const { signUp } = setUp()
    expect(await signUp({})).toEqual(refusal(200, 'user already exists'))
    expect(await signUp({ password: 'Wrong-horse-1!' })).toEqual(serverError)
  })

  it.for(['Sh0rt-!', 'UPPER-CASE-1!', 'lower-case-1!', 'No-digit-at-all!', 'No-special-1'])(
    'refuses the weak password %s',
    async (password) => {
      const answer = await setUp().signUp({ email: 'bob@example.com', password })
      expect(answer).toEqual(invalid('Weak password strength'))
    },
  )

  it('answers 500 to the mistakes that signing in has too, and to what is no address', async () => {
    const { signUp } = setUp()
    expect(await signUp({ account_type: undefined })).toEqual(refusal(500, 'missing account_type in request'))
    expect(await signUp({ account_type: 'social' })).toEqual(refusal(500, 'unsupported account_type'))
    expect(await signUp({ email: '' })).toEqual(invalid('The email or password was not provided'))
    expect(await signUp({ email: 'bob' })).toEqual(invalid('Invalid email format'))
  })
})

describe('the rest of the API', () => {
  it('answers an authenticated request with what it was, whatever its content type', async () => {
    const { send, signedIn } = setUp()
    const { access_token: token } = await signedIn()
    const seen = { user_id: 'user-1', method: 'GET', path: '/reports?page=2', body: null }
    expect(await send('GET', '/reports?page=2', { token })).toEqual({ status: 200, body: seen })
    const headers = { 'content-type': 'text/plain' }
    expect((await send('POST', '/reports', { token, headers, body: 'raw' })).body.body).toBe('raw')
  })

  it('refuses others, and everybody what is forbidden', async () => {
    const { server, send, signedIn } = setUp()
    const { access_token: token } = await signedIn()
    expect(await send('GET', '/reports')).toEqual(unauthorized)
    expect(await send('GET', '/reports', { token, headers: { 'x-koms-clientid': '' } })).toEqual(unauthorized)
    expect(await send('GET', '/forbidden', { token })).toEqual(unauthorized)
    expect(server.count('api')).toBe(3)
  })
})
