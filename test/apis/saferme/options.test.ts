import { ConfigurationError, memoryStorage, SaferMeClient, type SaferMeClientOptions } from 'latchkey'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createAnswer, credentials, getAnswer, renewedTokens, tokens } from './fixtures.ts'
import { failureOf, scripted, signedIn } from './scripted.ts'

afterEach(() => vi.unstubAllGlobals())

describe('the defaults', () => {
  it('ask https://api.safer.me for com.thundermaps.saferme, with the fetch that the platform has by then', async () => {
    const client = new SaferMeClient()
    const sent: Request[] = []
    vi.stubGlobal('fetch', async (input: Request, init: RequestInit) => {
      sent.push(new Request(input, init))
      return Response.json({
        session: { ...createAnswer.session, token_expire_at: '2999-01-01T00:00:00.000Z' },
      })
    })
    await client.createSession(credentials)
    await client.fetch('/api/v4/reports')
    expect(sent.map(({ url }) => url)).toEqual([
      'https://api.safer.me/api/v4/session',
      'https://api.safer.me/api/v4/reports',
    ])
    expect(await sent[0]?.json()).toMatchObject({ session: { app_bundle_id: 'com.thundermaps.saferme' } })
    expect(Object.fromEntries(sent[1]?.headers ?? [])).toEqual({
      authorization: `Token token=${tokens.access_token}`,
      'x-appid': 'com.thundermaps.saferme',
    })
    expect(sent[0]?.redirect).toBe('manual')
    await client.session.close()
  })

  it('do nothing before they are asked: no request, no timer, no storage', async () => {
    const storage = memoryStorage()
    const touched = vi.spyOn(storage, 'read')
    const { client, clock, sent } = scripted([], { storage })
    expect(client.session.snapshot()).toEqual({ status: 'unknown' })
    expect([sent.length, clock.pending, touched.mock.calls.length]).toEqual([0, 0, 0])
  })

  it('keep each client its own session', async () => {
    const { client } = await signedIn([])
    expect(await failureOf(scripted([]).client.session.getAccessToken())).toMatchObject({
      code: 'no_session',
    })
    expect(await client.session.getAccessToken()).toBe(tokens.access_token)
  })

  it('refuse an answer that is not as documented, and renew nothing while nobody calls', async () => {
    const { client, clock, sent } = await signedIn([{ body: {} }])
    expect(await failureOf(client.getSession())).toMatchObject({ code: 'response_validation' })
    await clock.advance(86_400_000)
    expect(sent.length).toBe(1)
  })

  it('give an attempt 10 seconds, repeat it twice, and give up after 30', async () => {
    const hung: AbortSignal[] = []
    const { clock } = scripted([])
    const client = new SaferMeClient({
      clock,
      fetch: (input, init) => {
        const signal = new Request(input, init).signal
        hung.push(signal)
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      },
    })
    await client.session.adopt({ accessToken: 'a' })
    const started = clock.monotonic()
    expect(await clock.until(failureOf(client.getSession()))).toMatchObject({ code: 'timeout' })
    expect(hung.length).toBe(3)
    expect(clock.monotonic() - started).toBe(30_000)
  })
})

describe('baseUrl', () => {
  it.for([
    ['https://proxy.example/saferme', 'https://proxy.example/saferme'],
    ['https://proxy.example/saferme/', 'https://proxy.example/saferme'],
    [new URL('https://proxy.example:8443'), 'https://proxy.example:8443'],
    ['http://localhost:3000/dev', 'http://localhost:3000/dev'],
  ] as const)('%s keeps its own path', async ([baseUrl, prefix]) => {
    const { client, sent } = scripted([{ body: createAnswer }, { body: getAnswer }, {}, {}], { baseUrl })
    await client.createSession(credentials)
    await client.getSession()
    await client.fetch('api/v4/reports?page=2')
    await client.fetch('/api/v4/reports')
    expect(sent.map(({ url }) => url)).toEqual([
      `${prefix}/api/v4/session`,
      `${prefix}/api/v4/session`,
      `${prefix}/api/v4/reports?page=2`,
      `${prefix}/api/v4/reports`,
    ])
  })

  it.for(['http://api.safer.me', 'api.safer.me', '', 'https://u:p@api.safer.me', 'https://api.safer.me?x=1'])(
    '%s is refused at once',
    (baseUrl) => {
      expect(() => new SaferMeClient({ baseUrl })).toThrow(ConfigurationError)
    },
  )
})

describe('appBundleId', () => {
  it('goes into the sign-in, and on X-AppID', async () => {
    const { client, sent } = scripted([{ body: createAnswer }, {}], { appBundleId: 'com.example.own' })
    await client.createSession(credentials)
    await client.fetch('/api/v4/reports')
    expect(JSON.parse(sent[0]?.body ?? '').session.app_bundle_id).toBe('com.example.own')
    expect(sent[1]?.headers['x-appid']).toBe('com.example.own')
  })

  it('keeps the sessions of two apps apart in one storage', async () => {
    const storage = memoryStorage()
    const { client } = await signedIn([], { storage })
    const other = scripted([], { storage, appBundleId: 'com.example.own' }).client
    expect((await other.session.restore()).status).toBe('none')
    expect((await scripted([], { storage }).client.session.restore()).status).toBe('active')
    expect(client.session.snapshot().status).toBe('active')
  })
})

describe('teamId', () => {
  const teamsSent = async (teamId: Pick<SaferMeClientOptions, 'teamId'>, headers?: HeadersInit) => {
    const { client, sent } = await signedIn([{}, {}, { body: getAnswer }], teamId)
    await client.fetch('/api/v4/reports', headers ? { headers } : {})
    await client.fetch('/api/v4/reports')
    await client.getSession()
    return sent.map((request) => request.headers['x-teamid'])
  }

  it('is not sent unless it is given', async () => {
    expect(await teamsSent({})).toEqual([undefined, undefined, undefined])
    expect(await teamsSent({ teamId: () => undefined })).toEqual([undefined, undefined, undefined])
  })

  it('goes on every fetch as X-TeamID', async () => {
    expect(await teamsSent({ teamId: 2 })).toEqual(['2', '2', undefined])
    expect(await teamsSent({ teamId: '0' })).toEqual(['0', '0', undefined])
    expect(await teamsSent({ teamId: 0 })).toEqual(['0', '0', undefined])
  })

  it('is asked for at each call', async () => {
    let team = 0
    expect(await teamsSent({ teamId: () => ++team })).toEqual(['1', '2', undefined])
  })

  it('gives way to a header of the call', async () => {
    expect(await teamsSent({ teamId: 2 }, { 'X-TeamID': '9' })).toEqual(['9', '2', undefined])
  })
})

describe('headers', () => {
  it('go on every request, and give way to those of a call', async () => {
    const answers = [{ body: createAnswer }, { body: getAnswer }, {}]
    const { client, sent } = scripted(answers, { headers: { 'Accept-Language': 'mi', 'X-Trace': '1' } })
    await client.createSession(credentials, { headers: { 'x-trace': '2' } })
    await client.getSession({ headers: [['accept-language', 'en']] })
    await client.fetch('/x', { headers: new Headers({ 'x-trace': '3' }) })
    expect(sent.map(({ headers }) => [headers['accept-language'], headers['x-trace']])).toEqual([
      ['mi', '2'],
      ['en', '1'],
      ['mi', '3'],
    ])
  })

  it('may be made for each request, also in time', async () => {
    let made = 0
    const answers = [{ body: createAnswer }, { body: getAnswer }, {}]
    const { client, sent } = scripted(answers, { headers: async () => ({ 'x-request-id': `${++made}` }) })
    await client.createSession(credentials)
    await client.getSession()
    await client.fetch('/x')
    expect(sent.map(({ headers }) => headers['x-request-id'])).toEqual(['1', '2', '3'])
  })

  it('never replace the session in Authorization', async () => {
    const answers = [{ body: getAnswer }, {}]
    const { client, sent } = await signedIn(answers, { headers: { authorization: 'Basic a' } })
    await client.getSession({ headers: { Authorization: 'Basic b' } })
    await client.fetch('/x', { headers: { AUTHORIZATION: 'Basic c' } })
    const authorization = `Token token=${tokens.access_token}`
    expect(sent.map(({ headers }) => headers.authorization)).toEqual([authorization, authorization])
  })
})

describe('authorizedOrigins', () => {
  it('may see the session; others may not', async () => {
    const { client, sent } = await signedIn([{}], { authorizedOrigins: ['https://files.safer.me/any/path'] })
    await client.fetch('https://files.safer.me/report.pdf')
    expect(sent[0]).toMatchObject({
      url: 'https://files.safer.me/report.pdf',
      headers: { authorization: `Token token=${tokens.access_token}` },
    })
    for (const url of ['https://evil.example/', '//evil.example/', 'https://api.safer.me.evil.example/']) {
      expect(await failureOf(client.fetch(url))).toBeInstanceOf(ConfigurationError)
    }
    expect(sent.length).toBe(1)
  })
})

describe('reauthenticate', () => {
  it('signs in anew where the session would end', async () => {
    const renewed = { session: { ...createAnswer.session, ...renewedTokens } }
    const refused = { status: 401, body: { errors: ['not authenticated'] } }
    const answers = [refused, refused, { body: renewed }, { body: getAnswer }]
    const { client, sent } = await signedIn(answers, { reauthenticate: () => credentials })
    expect((await client.getSession()).profile.user_id).toBe(6)
    expect(sent.map(({ method }) => method)).toEqual(['GET', 'PATCH', 'POST', 'GET'])
  })
})
