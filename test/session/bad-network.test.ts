import type { Fault } from 'latchkey/testing'
import { describe, expect, it } from 'vitest'
import { eventsOf, MINUTE_MS, SECOND_MS, saferMeWorld } from './saferme-world.ts'

const page = '<!doctype html><title>Sign in to the hotel network</title>'
const html = { 'content-type': 'text/html' }
const trouble: [string, Fault][] = [
  ['a broken connection', { kind: 'drop-before' }],
  ['a gateway that is down', { kind: 'status', status: 502 }],
  ['a server that is down', { kind: 'status', status: 500, body: { message: 'oops' } }],
  ['a server that is busy', { kind: 'status', status: 429, headers: { 'retry-after': '2' } }],
  ['a calm that is to be enhanced', { kind: 'status', status: 420, body: {} }],
  ['a hotel that answers 200 to everything', { kind: 'status', status: 200, headers: html, body: page }],
  ['a hotel that answers 401 to everything', { kind: 'status', status: 401, headers: html, body: page }],
  [
    'a hotel that redirects everything',
    { kind: 'status', status: 302, headers: { location: 'https://hotel.test' } },
  ],
  ['an answer without tokens', { kind: 'status', status: 200, body: { session: {} } }],
  ['a refusal of the request itself', { kind: 'status', status: 422, body: { message: 'client error' } }],
  ['a proxy that knows no PATCH', { kind: 'status', status: 405, headers: html, body: page }],
]

describe('a refresh that meets', () => {
  it.each(trouble)('%s does not sign out, and is made good by the next', async (_, fault) => {
    const { clock, server, signedIn, runOut } = saferMeWorld()
    const client = await signedIn()
    const events = eventsOf(client)
    await runOut()
    server.fault('refreshSession', fault, { times: 2 })
    expect((await clock.until(client.fetch('/api/v4/reports'))).status).toBe(200)
    expect(server.count('refreshSession')).toBe(3)
    expect(events.names).toEqual(['refreshFailed', 'refreshFailed', 'refreshed'])
    expect(server.sessions[0]?.refreshes).toBe(1)
  })

  it.each(trouble)(
    '%s all the time tells callers what is wrong, and leaves the server in peace',
    async (_, fault) => {
      const { clock, server, signedIn, runOut, rejection } = saferMeWorld()
      const client = await signedIn()
      await runOut()
      server.fault('refreshSession', fault, { times: Infinity })
      for (let call = 0; call < 20; call++) {
        const error = await rejection(client.fetch('/api/v4/reports'))
        expect(error).toHaveProperty(
          'code',
          expect.stringMatching(/^(network|saferme_api|response_validation)$/),
        )
      }
      expect(server.count('refreshSession')).toBeLessThan(60)
      expect(client.session.snapshot().status).toBe('active')
      server.clearFaults()
      await clock.advance(MINUTE_MS)
      expect((await clock.until(client.fetch('/api/v4/reports'))).status).toBe(200)
    },
  )
})

describe('a token that is still good', () => {
  it('serves while the server can not renew it', async () => {
    const { clock, server, signedIn } = saferMeWorld()
    const client = await signedIn()
    await clock.advance(59.2 * MINUTE_MS)
    server.fault('refreshSession', { kind: 'drop-before' }, { times: Infinity })
    const [token] = server.sessions.map(({ accessToken }) => accessToken)
    for (let call = 0; call < 5; call++) {
      expect(await clock.until(client.session.getAccessToken())).toBe(token)
      await clock.advance(2 * SECOND_MS)
    }
    expect(client.session.snapshot().status).toBe('active')
  })

  it('is not lost to a refused replay in the hotel', async () => {
    const { clock, server, signedIn, ending } = saferMeWorld()
    const client = await signedIn()
    const hotel: Fault = { kind: 'status', status: 401, headers: html, body: page }
    server.fault('*', hotel, { times: Infinity })
    expect(await ending(client.fetch('/api/v4/reports'))).toMatchObject({ code: 'saferme_api' })
    server.clearFaults()
    await clock.advance(MINUTE_MS)
    expect(await ending(client.fetch('/api/v4/reports'))).toBe(200)
    expect(client.session.snapshot().status).toBe('active')
  })
})

describe('a refresh that never comes back', () => {
  it('keeps no caller longer than it is ready to wait, and is sent once', async () => {
    const { clock, server, signedIn, runOut, rejection } = saferMeWorld()
    const client = await signedIn()
    await runOut()
    server.fault('refreshSession', { kind: 'hang' })
    const before = clock.now()
    expect(await rejection(client.fetch('/api/v4/reports'))).toMatchObject({ code: 'timeout' })
    expect(clock.now() - before).toBe(30_000)
    expect(await rejection(client.session.refresh({ timeout: 5000 }))).toMatchObject({ code: 'timeout' })
    expect(server.count('refreshSession')).toBe(1)
    expect(client.session.snapshot().status).toBe('active')
  })
})

describe('a cool-down', () => {
  it('holds for all who share the session', async () => {
    const { clock, server, client, signedIn, runOut } = saferMeWorld()
    const clients = [await signedIn(), client(), client()]
    await runOut()
    server.fault('refreshSession', { kind: 'status', status: 503, headers: { 'retry-after': '20' } })
    const responses = await clock.until(Promise.all(clients.map((one) => one.fetch('/api/v4/reports'))))
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(server.count('refreshSession')).toBe(2)
    const [first, second] = server.requests.filter(({ operation }) => operation === 'refreshSession')
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(20_000)
  })

  it('of more than five minutes is not believed', async () => {
    const { clock, server, signedIn, runOut, rejection } = saferMeWorld()
    const client = await signedIn()
    await runOut()
    server.fault('refreshSession', { kind: 'status', status: 503, headers: { 'retry-after': '86400' } })
    expect(await rejection(client.fetch('/api/v4/reports'))).toMatchObject({ status: 503 })
    await clock.advance(4 * MINUTE_MS)
    expect(await rejection(client.fetch('/api/v4/reports'))).toMatchObject({ status: 503 })
    expect(server.count('refreshSession')).toBe(1)
    await clock.advance(MINUTE_MS)
    expect((await clock.until(client.fetch('/api/v4/reports'))).status).toBe(200)
  })
})
