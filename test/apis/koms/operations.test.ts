import { KomsClient } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { ada, komsWorld } from './koms-world.ts'

/** Answers every request with the same, and remembers what was asked. */
function answering(
  body: unknown,
  status = 200,
  signedIn: unknown = { access_token: 'at', refresh_token: 'rt', access_token_expires_in: 3600 },
) {
  const seen: { request: Request; body: string }[] = []
  const koms = new KomsClient({
    baseUrl: 'https://koms.test/dev',
    clientId: 'client-1',
    retry: false,
    fetch: async (input, init) => {
      const request = new Request(input, init)
      seen.push({ request, body: await request.clone().text() })
      const { pathname } = new URL(request.url)
      if (request.method === 'POST' && pathname === '/dev/session') {
        return Response.json(signedIn)
      }
      return typeof body === 'string' ? new Response(body, { status }) : Response.json(body, { status })
    },
  })
  const last = () => {
    const { request, body: sent } = seen.at(-1) ?? expect.fail('nothing was sent')
    return [request.method, request.url, Object.fromEntries(request.headers), sent] as const
  }
  return { koms, last }
}

const always = { 'content-type': 'application/json', 'x-koms-clientid': 'client-1' }
const authorized = { ...always, authorization: 'Bearer at' }

describe('each operation sends what the reference says, and what the server wants besides', () => {
  it('createSession: the account type goes along, and the base path is kept', async () => {
    const { koms, last } = answering({})
    await expect(koms.createSession(ada)).resolves.toEqual({ access_token_expires_in: 3600 })
    expect(last()).toEqual([
      'POST',
      'https://koms.test/dev/session',
      always,
      '{"account_type":"traditional","email":"ada@example.com","password":"Correct-horse-1!"}',
    ])
  })

  it('getSession', async () => {
    const { koms, last } = answering({ access_token_expires_in: 12 })
    await koms.createSession(ada)
    await expect(koms.getSession()).resolves.toEqual({ access_token_expires_in: 12 })
    expect(last()).toEqual(['GET', 'https://koms.test/dev/session', authorized, ''])
  })

  it('refreshSession: the expired access token goes along', async () => {
    const { koms, last } = answering({ access_token: 'at2', refresh_token: 'rt', access_token_expires_in: 9 })
    await koms.createSession(ada)
    await expect(koms.refreshSession()).resolves.toEqual({ access_token_expires_in: 9 })
    expect(last()).toEqual(['PUT', 'https://koms.test/dev/session', authorized, '{"refresh_token":"rt"}'])
    await expect(koms.session.getAccessToken()).resolves.toBe('at2')
  })

  it('deleteSession: without the refresh token in its body the session would live on', async () => {
    const { koms, last } = answering({ message: 'session deleted' })
    await koms.createSession(ada)
    await koms.deleteSession()
    expect(last()).toEqual(['DELETE', 'https://koms.test/dev/session', authorized, '{"refresh_token":"rt"}'])
  })

  it('createUser: the account type goes along, though the reference does not name it', async () => {
    const { koms, last } = answering({ message: 'new user created' })
    await expect(koms.createUser(ada)).resolves.toEqual({ message: 'new user created' })
    expect(last()).toEqual([
      'POST',
      'https://koms.test/dev/user',
      always,
      '{"account_type":"traditional","email":"ada@example.com","password":"Correct-horse-1!"}',
    ])
  })

  it('getUser', async () => {
    const { koms, last } = answering({ id: 'u1', email: ada.email, extra: [1] })
    await koms.createSession(ada)
    await expect(koms.getUser()).resolves.toEqual({ id: 'u1', email: ada.email, extra: [1] })
    expect(last()).toEqual(['GET', 'https://koms.test/dev/user', authorized, ''])
  })
})

describe('a malformed answer is an error that names the field', () => {
  const cases: [string, unknown, (koms: KomsClient) => Promise<unknown>, string][] = [
    ['getSession', { access_token_expires_in: -1 }, (koms) => koms.getSession(), 'access_token_expires_in'],
    [
      'getSession',
      { access_token_expires_in: 2 ** 32 },
      (koms) => koms.getSession(),
      'access_token_expires_in',
    ],
    ['refreshSession', { access_token: 'x' }, (koms) => koms.refreshSession(), 'refresh_token'],
    ['createUser', {}, (koms) => koms.createUser(ada), 'message'],
    ['getUser', { id: 'u1' }, (koms) => koms.getUser(), 'email'],
    ['getUser', '<html>', (koms) => koms.getUser(), ''],
  ]
  it.each(cases)('%s %j', async (operation, body, call, field) => {
    const { koms } = answering(body)
    await koms.createSession(ada)
    await expect(call(koms)).rejects.toMatchObject({
      code: 'response_validation',
      operation,
      fields: [field],
    })
  })

  it.each([
    [{ refresh_token: 'rt', access_token_expires_in: 1 }, 'access_token'],
    [{ access_token: '', refresh_token: 'rt', access_token_expires_in: 1 }, 'access_token'],
    [{ access_token: 'a b', refresh_token: 'rt', access_token_expires_in: 1 }, 'access_token'],
    [{ access_token: 'at', access_token_expires_in: 1 }, 'refresh_token'],
    [{ access_token: 'at', refresh_token: null, access_token_expires_in: 1 }, 'refresh_token'],
    [[], ''],
  ])('createSession %j begins nothing', async (body, field) => {
    const { koms } = answering({}, 200, body)
    await expect(koms.createSession(ada)).rejects.toMatchObject({
      code: 'response_validation',
      operation: 'createSession',
      fields: expect.arrayContaining([expect.stringContaining(field)]),
    })
    expect(koms.session.snapshot().status).not.toBe('active')
  })

  it('createSession without the time that is left begins one all the same', async () => {
    const { koms } = answering({}, 200, { access_token: 'at', refresh_token: 'rt' })
    await expect(koms.createSession(ada)).rejects.toMatchObject({ fields: ['access_token_expires_in'] })
    expect(koms.session.snapshot()).toEqual({ status: 'active' })
  })

  it('deleteSession {} is told, and the session is over here', async () => {
    const { koms } = answering({})
    await koms.createSession(ada)
    await expect(koms.deleteSession()).rejects.toMatchObject({
      code: 'response_validation',
      operation: 'deleteSession',
      fields: ['message'],
    })
    expect(koms.session.snapshot()).toEqual({ status: 'ended', reason: 'deleted' })
  })
})

describe('nothing is sent on bad input', () => {
  it.each([
    { email: '', password: 'x' },
    { email: 'x', password: '' },
    { email: 1, password: 'x' },
    null,
    [],
  ])('credentials %j', async (credentials) => {
    const { server, client, rejection } = komsWorld()
    const wrong = credentials as typeof ada
    expect(await rejection(client().createSession(wrong))).toMatchObject({ code: 'request_validation' })
    expect(await rejection(client().createUser(wrong))).toMatchObject({ code: 'request_validation' })
    expect(server.requests).toEqual([])
  })

  it.each(['', 'two words', 'line\nbreak'])('client id %j', (clientId) => {
    expect(() => new KomsClient({ baseUrl: 'https://koms.test', clientId })).toThrow(
      expect.objectContaining({ code: 'configuration' }),
    )
  })
})
