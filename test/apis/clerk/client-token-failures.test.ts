import { TimeoutError } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { failureOf, refusal, world } from './client-setup.ts'

const MINT = 'createSessionToken'

describe('session tokens: failures', () => {
  const retried = [
    ['a broken connection', { kind: 'drop-before' }],
    ['a 429', { ...refusal(429, 'too_many_requests'), headers: { 'retry-after': '1' } }],
    ['a 500', refusal(500, 'internal')],
    ['a 503', refusal(503, 'maintenance_mode')],
    ['a 520 of the edge', refusal(520, 'unknown')],
    ['an empty jwt', { kind: 'body', body: '{"jwt":""}' }],
    ['no jwt', { kind: 'body', body: '{}' }],
  ] as const
  it.each(retried)('%s is tried again', async (_, fault) => {
    const { client, until, server } = world()
    server.fault(MINT, fault)
    expect(await until(client.getToken())).toMatch(/^ey/)
    expect(server.count(MINT)).toBe(2)
  })

  it.each([400, 403, 404, 408, 409, 420, 422])('a %i is not', async (status) => {
    const { client, until, server } = world()
    server.fault(MINT, refusal(status, 'resource_not_found'))
    expect(await until(failureOf(client.getToken()))).toMatchObject({ status, code: 'clerk_api' })
    expect(server.count(MINT)).toBe(1)
  })

  it.each(retried)('with retry: false %s is told', async (_, fault) => {
    const { client, until, server } = world({}, { retry: false })
    server.fault(MINT, fault)
    expect(await until(failureOf(client.getToken()))).toBeInstanceOf(Error)
    expect(server.count(MINT)).toBe(1)
  })

  it.each([
    ['seconds', () => '7'],
    ['a date', (now: number) => new Date(now + 7000).toUTCString()],
  ])('a 429 is waited out for as long as it says, in %s', async (_, write) => {
    const { client, until, server, clock } = world()
    await until(client.getClient())
    const began = clock.now()
    const headers = { 'retry-after': write(began) }
    server.fault(MINT, { ...refusal(429, 'too_many_requests'), headers })
    expect(await until(client.getToken())).toMatch(/^ey/)
    expect(clock.now() - began).toBeGreaterThanOrEqual(6000)
    expect(clock.now() - began).toBeLessThan(9000)
  })

  it('a 429 in the background is left alone for as long as it says, and the good token served meanwhile', async () => {
    const { client, until, server, clock } = world({}, { retry: false })
    const token = await until(client.getToken())
    await clock.advance(46_000)
    server.fault(MINT, { ...refusal(429, 'too_many_requests'), headers: { 'retry-after': '7' } })
    for (let second = 0; second < 6; second++) {
      expect(await client.getToken()).toBe(token)
      await clock.advance(1000)
    }
    expect(server.count(MINT)).toBe(2)
    await clock.advance(2000)
    await until(client.getToken())
    await clock.advance(100)
    expect(server.count(MINT)).toBe(3)
  })

  it.each([401, 403, 404])('a hotel’s page with a %i costs a user nothing but time', async (status) => {
    const { client, until, server, clock } = world()
    const token = await until(client.getToken())
    await clock.advance(70_000)
    const page = { kind: 'body', body: '<html>Welcome</html>', contentType: 'text/html', status } as const
    server.fault(MINT, page)
    const next = await until(client.getToken())
    expect(next).toMatch(/^ey/)
    expect(next).not.toBe(token)
  })

  it('a server that wants to see the expired token is shown it', async () => {
    const { client, until, server, clock } = world()
    const token = await until(client.getToken())
    server.settings.wantsExpiredToken = true
    await clock.advance(70_000)
    const next = await until(client.getToken())
    expect(next).not.toBe(token)
    const shown = server.requests.filter(({ operation }) => operation === MINT).map(({ path }) => path)
    expect(new URL(shown[2] ?? '', 'https://x').searchParams.get('expired_token')).toBe(token)
    await until(client.getToken({ skipCache: true }))
    expect(new URL(server.requests.at(-1)?.path ?? '', 'https://x').searchParams.get('expired_token')).toBe(
      next,
    )
  })

  it('a token that does not say how long it lives is kept for a minute at the most', async () => {
    const { client, until, server, clock } = world()
    server.fault(MINT, { kind: 'body', body: '{"jwt":"opaque"}' })
    expect(await until(client.getToken())).toBe('opaque')
    expect(await until(client.getToken())).toBe('opaque')
    await clock.advance(61_000)
    expect(await until(client.getToken())).toMatch(/^ey/)
  })

  it('a caller that does not want to wait is let go, and the others get the token', async () => {
    const { client, until, server } = world()
    server.fault(MINT, { kind: 'delay', ms: 5000 })
    const controller = new AbortController()
    const reason = new Error('enough')
    const all = [
      failureOf(client.getToken({ timeout: 1000 })),
      failureOf(client.getToken({ signal: controller.signal })),
      client.getToken(),
    ]
    controller.abort(reason)
    const [late, stopped, token] = await until(Promise.all(all))
    expect(late).toBeInstanceOf(TimeoutError)
    expect(stopped).toBe(reason)
    expect(token).toMatch(/^ey/)
    expect(server.count(MINT)).toBe(1)
  })
})
