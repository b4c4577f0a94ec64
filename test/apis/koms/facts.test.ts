import { KomsClient, memoryStorage } from 'latchkey'
import { fakeClock } from 'latchkey/testing'
import { describe, expect, it } from 'vitest'
import { ada, HOUR_MS, komsWorld } from './koms-world.ts'

const UNAUTHORIZED = { kind: 'status', status: 401, body: { message: 'Unauthorized' } } as const

describe('what a token’s life is read from', () => {
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url')
  const issuedAt = Math.floor(fakeClock().now() / 1000)
  const jwt = `${part({})}.${part({ iat: issuedAt, exp: issuedAt + 120 })}.x`

  it.each([
    ['the seconds of the answer, where the token says nothing', 'opaque', 120, 120_000],
    ['the token, where the answer says nothing', jwt, undefined, 120_000],
    ['nothing at all: nobody pretends to know', 'opaque', undefined, undefined],
  ])('%s', async (_, access_token, access_token_expires_in, lifeMs) => {
    const clock = fakeClock()
    const koms = new KomsClient({
      baseUrl: 'https://koms.test',
      clientId: 'client-1',
      clock,
      validation: 'report',
      fetch: async () => Response.json({ access_token, refresh_token: 'rt', access_token_expires_in }),
    })
    const began = clock.now()
    await clock.until(koms.createSession(ada))
    const { expiresAt } = koms.session.snapshot()
    expect(expiresAt).toBe(lifeMs === undefined ? undefined : began + lifeMs)
  })
})

describe('requests of the user’s own', () => {
  it('are JSON unless they say what they are', async () => {
    const { clock, server, signedIn } = komsWorld()
    const koms = await signedIn()
    const sent = async (init: RequestInit) => {
      await clock.until(koms.fetch('/things', init))
      return server.requests.at(-1)?.headers.get('content-type')
    }
    expect(await sent({})).toBe('application/json')
    const xml = { method: 'POST', body: '<a/>', headers: { 'Content-Type': 'text/xml' } }
    expect(await sent(xml)).toBe('text/xml')
    const form = new FormData()
    form.set('file', 'x')
    const post = (body: BodyInit) => sent({ method: 'POST', body })
    expect(await post(form)).toMatch(/^multipart\/form-data; boundary=/)
    expect(await post(new URLSearchParams('a=b'))).toMatch(/^application\/x-www-form-urlencoded/)
    expect(await post(new Blob(['x'], { type: 'image/png' }))).toBe('image/png')
    expect(await post('{}')).toBe('application/json')
    expect(await post(new Blob(['{}']))).toBe('application/json')
  })

  it('of one application never carry the session of another that shares the storage', async () => {
    const { rejection, signedIn, storage, server, clock } = komsWorld()
    await signedIn()
    const other = new KomsClient({
      baseUrl: 'https://koms.test/dev',
      clientId: 'client-2',
      fetch: server.fetch,
      clock,
      storage,
    })
    expect(await rejection(other.getUser())).toMatchObject({ code: 'no_session' })
  })
})

describe('a refusal that says nothing about the session ends none', () => {
  it.each([
    ['unauthorized', 401, { message: 'Unauthorized' }],
    ['missing_field', 500, { message: 'missing refresh_token in request' }],
    ['unknown_user', 500, { message: 'user not found' }],
  ])('%s: the caller hears of it at once, and the next call goes on', async (reason, status, body) => {
    const { clock, server, signedIn, runOut, rejection } = komsWorld()
    const koms = await signedIn()
    await runOut()
    server.fault('refreshSession', { kind: 'status', status, body })
    const began = clock.now()
    expect(await rejection(koms.fetch('/things'))).toMatchObject({ code: 'koms_api', reason, status })
    expect(clock.now()).toBe(began)
    expect(koms.session.snapshot().status).toBe('active')
    await clock.advance(60_000)
    expect((await clock.until(koms.fetch('/things'))).status).toBe(200)
  })
})

it('whoever refreshes second, with tokens that nobody shares, is told that the session is lost, not revoked', async () => {
  const { clock, server, signedIn, client, runOut, rejection } = komsWorld()
  const koms = await signedIn()
  const [session] = server.sessions
  const other = client({ storage: memoryStorage({ clock }) })
  await clock.until(
    other.session.adopt({
      accessToken: session?.accessToken ?? '',
      refreshToken: session?.refreshToken,
      expiresAt: session?.expiresAt,
    }),
  )
  await runOut()
  expect((await clock.until(koms.fetch('/things'))).status).toBe(200)
  expect(await rejection(other.fetch('/things'))).toMatchObject({ code: 'session_ended', reason: 'lost' })
})

it('a refresh that takes long is waited for, and not sent again: the second would be refused', async () => {
  const { clock, server, signedIn, runOut } = komsWorld()
  const koms = await signedIn()
  await runOut()
  server.fault('refreshSession', { kind: 'delay', ms: 15_000 })
  expect((await clock.until(koms.fetch('/things'))).status).toBe(200)
  expect(server.count('refreshSession')).toBe(1)
})

it('two tabs that refresh by hand at once are both told how much time is left', async () => {
  const { clock, server, signedIn, client, runOut } = komsWorld()
  const tabs = [await signedIn(), client()]
  await runOut()
  const answers = await clock.until(Promise.all(tabs.map((tab) => tab.refreshSession())))
  expect(answers).toEqual([{ access_token_expires_in: 3600 }, { access_token_expires_in: 3600 }])
  expect(server.refreshes).toBe(1)
})

it('signing out reaches the server though the gateway calls the token expired before the client does', async () => {
  const { clock, server, signedIn } = komsWorld()
  const koms = await signedIn()
  await clock.advance(HOUR_MS - 5000)
  server.fault('deleteSession', UNAUTHORIZED)
  expect(await clock.until(koms.session.end())).toEqual({ revoked: true })
  expect(server.count('deleteSession')).toBe(2)
  expect(server.sessions).toEqual([])
})

it('a service account with a wrong password is tried again after a minute, not at every call', async () => {
  const { clock, server, client, rejection } = komsWorld()
  const koms = client({ reauthenticate: () => ({ ...ada, password: 'wrong' }) })
  await clock.until(koms.createSession(ada))
  server.revoke()
  await clock.advance(HOUR_MS + 1000)
  const call = () => rejection(koms.session.getAccessToken({ timeout: 1000 }))
  expect(await call()).toMatchObject({ reason: 'server_error' })
  const tried = server.count('createSession')
  await clock.advance(50_000)
  expect(await call()).toMatchObject({ reason: 'server_error' })
  expect(server.count('createSession')).toBe(tried)
  await clock.advance(15_000)
  await call()
  expect(server.count('createSession')).toBe(tried + 1)
})
