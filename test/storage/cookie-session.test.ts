import {
  ConfigurationError,
  type CookieStorageOptions,
  cookieStorage,
  KomsClient,
  SaferMeClient,
  ZelfClient,
} from 'latchkey'
import { type FakeClock, fakeClock, fakeKoms, fakeSaferMe, fakeZelf } from 'latchkey/testing'
import { describe, expect, it } from 'vitest'
import { toPlain } from '../../src/storage/plain-text.ts'
import { eventsOf } from '../session/saferme-world.ts'
import { BrowserCookies } from './browser-cookies.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const ada = { email: 'ada@example.com', password: 'Correct-horse-1!' }

/** A browser, and a server that makes a client of `API` for each of its requests. */
function serving<Client>(clock: FakeClock, client: (options: CookieStorageOptions) => Client) {
  const browser = new BrowserCookies()
  return {
    browser,
    request: (kind: 'express' | 'next' | 'readOnly' = 'express') =>
      client({ ...browser.request()[kind](), clock }),
  }
}

function saferMe() {
  const clock = fakeClock()
  const server = fakeSaferMe({ clock, users: [ada] })
  const { fetch } = server
  const serve = serving(
    clock,
    (cookies) => new SaferMeClient({ fetch, clock, storage: cookieStorage(cookies) }),
  )
  return { clock, server, ...serve }
}

function koms() {
  const clock = fakeClock()
  const server = fakeKoms({ clock, users: [ada] })
  const { fetch } = server
  const api = { baseUrl: 'https://koms.test', clientId: 'client-1', fetch, clock }
  const serve = serving(clock, (cookies) => new KomsClient({ ...api, storage: cookieStorage(cookies) }))
  return { clock, server, ...serve }
}

function zelf() {
  const clock = fakeClock()
  const server = fakeZelf({ clock })
  const { fetch } = server
  const serve = serving(clock, (cookies) => new ZelfClient({ fetch, clock, storage: cookieStorage(cookies) }))
  return { clock, server, ...serve }
}

describe.each([
  ['SaferMe', saferMe],
  ['KOMS', koms],
] as const)('on a server, with tokens in cookies: %s', (_, world) => {
  it('signs in, serves the requests that follow, and signs out for the browser', async () => {
    const { clock, server, request, browser } = world()
    await clock.until<unknown>(request().createSession(ada))
    for (let minutes = 0; minutes < 3; minutes++) {
      await clock.advance(MINUTE_MS)
      expect((await clock.until(request().fetch('/api/v4/reports'))).status).toBe(200)
    }
    const token = server.sessions[0]?.accessToken ?? ''
    expect([...browser.kept.values()].join()).toContain(toPlain(token))
    await clock.until(request().session.end())
    expect(server.sessions).toEqual([])
    expect([...browser.kept.values()].join()).not.toContain(toPlain(token))
    expect(await clock.until(request().session.restore())).toMatchObject({ status: 'none' })
  })

  it('refuses to refresh before anything is sent, and says what to do instead', async () => {
    const { clock, server, request } = world()
    await clock.until<unknown>(request().createSession(ada))
    await clock.advance(HOUR_MS + 1000)
    const sent = server.requests.length
    const client = request()
    const calls = [
      () => client.fetch('/api/v4/reports'),
      () => client.session.getAccessToken(),
      () => client.refreshSession(),
      () => client.session.refresh(),
    ]
    for (const call of calls) {
      const error = await clock.until(call().then(String, (thrown: unknown) => thrown))
      expect(error).toBeInstanceOf(ConfigurationError)
      expect(String(error)).toMatch(/opaque id in the cookie.*SessionPool/)
    }
    expect(server.requests.length).toBe(sent)
    expect(client.session.snapshot().status).toBe('active')
  })

  it('serves the token to its last second', async () => {
    const { clock, server, request } = world()
    await clock.until<unknown>(request().createSession(ada))
    await clock.advance(HOUR_MS - 500)
    expect(await clock.until(request().session.getAccessToken())).toBe(server.sessions[0]?.accessToken)
    expect((await clock.until(request().fetch('/api/v4/reports'))).status).toBe(200)
  })

  it('signs in anew after the token has run out', async () => {
    const { clock, request } = world()
    await clock.until<unknown>(request().createSession(ada))
    await clock.advance(2 * HOUR_MS)
    await clock.until<unknown>(request().createSession(ada))
    expect((await clock.until(request().fetch('/api/v4/reports'))).status).toBe(200)
  })
})

describe('on a server, with tokens in cookies: Zelf', () => {
  it('renews its session where that is due, and the browser gets the new token', async () => {
    const { clock, server, request } = zelf()
    await clock.until(request().createSession({ identifier: 'device-1' }))
    for (let renewals = 1; renewals <= 3; renewals++) {
      await clock.advance(11 * MINUTE_MS)
      const client = request()
      const answers = [client.fetch('/api/clients'), client.fetch('/api/clients')]
      for (const answer of answers) expect((await clock.until(answer)).status).toBe(200)
      expect(server.count('createSession')).toBe(1 + renewals)
      expect((await clock.until(request().fetch('/api/clients'))).status).toBe(200)
      expect(server.count('createSession')).toBe(1 + renewals)
    }
  })
})

describe('where cookies can be read but not set, as in a Server Component', () => {
  it('a session is used as it was found', async () => {
    const { clock, server, request } = saferMe()
    await clock.until(request().createSession(ada))
    const reading = request('readOnly')
    const events = eventsOf(reading)
    expect((await clock.until(reading.fetch('/api/v4/reports'))).status).toBe(200)
    expect(await clock.until(reading.session.getAccessToken())).toBe(server.sessions[0]?.accessToken)
    expect(events.names).toEqual(['restored'])
  })

  it('a token that is renewed serves this client, and the failure is told of', async () => {
    const { clock, server, request, browser } = zelf()
    await clock.until(request().createSession({ identifier: 'device-1' }))
    const before = new Map(browser.kept)
    await clock.advance(11 * MINUTE_MS)
    const reading = request('readOnly')
    const failures: unknown[] = []
    reading.session.on('storageFailed', ({ error }) => failures.push(error.failure))
    for (let calls = 0; calls < 3; calls++) {
      expect((await clock.until(reading.fetch('/api/clients'))).status).toBe(200)
    }
    expect(server.count('createSession')).toBe(2)
    expect(new Set(failures)).toEqual(new Set(['failed']))
    expect(browser.kept).toEqual(before)
    expect((await clock.until(request().fetch('/api/clients'))).status).toBe(200)
  })

  it('a sign-out ends the session on the server all the same', async () => {
    const { clock, server, request } = saferMe()
    await clock.until(request().createSession(ada))
    const reading = request('readOnly')
    await clock.until(reading.session.restore())
    expect(await clock.until(reading.session.end())).toEqual({ revoked: true })
    expect(server.sessions).toEqual([])
    expect(reading.session.snapshot().status).toBe('ended')
  })

  it('a framework that throws where cookies can not be set costs no session', async () => {
    const { clock, server, browser } = zelf()
    const made = (cookies: CookieStorageOptions) =>
      new ZelfClient({ fetch: server.fetch, clock, storage: cookieStorage({ ...cookies, clock }) })
    await clock.until(made(browser.request().next()).createSession({ identifier: 'device-1' }))
    await clock.advance(11 * MINUTE_MS)
    const secrets: unknown[] = []
    const client = made({
      ...browser.request().next(),
      set: (name, value) => {
        throw new Error(`Cookies can only be modified in a Server Action: ${name}=${value}`)
      },
    })
    client.session.on('storageFailed', (event) => secrets.push(event.error.message, event.error.cause))
    expect((await clock.until(client.fetch('/api/clients'))).status).toBe(200)
    expect(client.session.snapshot().status).toBe('active')
    expect(new Set(secrets)).toEqual(new Set(['The token storage could not be written', undefined]))
  })
})
