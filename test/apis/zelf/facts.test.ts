import { ZelfClient } from 'latchkey'
import { fakeClock, fakeZelf } from 'latchkey/testing'
import { describe, expect, it } from 'vitest'

const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url')

/** A server that answers sign-ins with this, without saying what time it is. */
function answering(data: (nowMs: number) => object) {
  const clock = fakeClock()
  const urls: string[] = []
  const zelf = new ZelfClient({
    clock,
    fetch: async (input, init) => {
      urls.push(new Request(input, init).url)
      return Response.json({ data: data(clock.now()) })
    },
  })
  return { clock, urls, zelf, create: () => clock.until(zelf.createSession({ identifier: 'd' })) }
}

describe('what a token’s life is read from', () => {
  it('the answer goes before the token', async () => {
    const { clock, zelf, create } = answering((now) => ({
      token: `${part({})}.${part({ iat: now / 1000, exp: now / 1000 + 60 })}.x`,
      expiresAt: now / 1000 + 600,
    }))
    const began = clock.now()
    await create()
    expect(zelf.session.snapshot().expiresAt).toBe(began + 600_000)
  })

  it('on a device whose clock is an hour behind, a token is renewed when it runs out, not an hour later', async () => {
    const { clock, urls, zelf, create } = answering((now) => ({
      token: `t${now}`,
      activatedAt: now / 1000 + 3600,
      expiresAt: now / 1000 + 4200,
    }))
    await create()
    await clock.advance(500_000)
    const before = await clock.until(zelf.session.getAccessToken())
    expect(urls).toHaveLength(1)
    await clock.advance(101_000)
    expect(await clock.until(zelf.session.getAccessToken())).not.toBe(before)
  })
})

it('the production API is where requests go, unless another is named', async () => {
  const { urls, create } = answering(() => ({ token: 't' }))
  await create()
  expect(urls).toEqual(['https://api.zelf.world/api/sessions'])
})

it('an identifier of 1,024 characters is taken, and one more is not', async () => {
  const { clock, zelf, urls } = answering(() => ({ token: 't' }))
  await clock.until(zelf.createSession({ identifier: 'x'.repeat(1024) }))
  await expect(zelf.createSession({ identifier: 'x'.repeat(1025) })).rejects.toMatchObject({
    code: 'request_validation',
  })
  expect(urls).toHaveLength(1)
})

it.each([401, 403, 404, 429, 500])('a %i to a renewal ends no session: it may pass', async (status) => {
  const clock = fakeClock()
  const server = fakeZelf({ clock })
  const zelf = new ZelfClient({ fetch: server.fetch, clock })
  await clock.until(zelf.createSession({ identifier: 'device-1' }))
  await clock.advance(601_000)
  server.fault('createSession', { kind: 'status', status, body: { message: 'no' } })
  expect((await clock.until(zelf.fetch('/x'))).status).toBe(200)
  expect(zelf.session.snapshot().status).toBe('active')
})

it('a renewal that never gets an answer is sent again: it can be, and the user need not wait for ever', async () => {
  const clock = fakeClock()
  const server = fakeZelf({ clock })
  const zelf = new ZelfClient({ fetch: server.fetch, clock })
  await clock.until(zelf.createSession({ identifier: 'device-1' }))
  await clock.advance(601_000)
  server.fault('createSession', { kind: 'hang' })
  expect((await clock.until(zelf.fetch('/x'))).status).toBe(200)
  expect(server.count('createSession')).toBe(3)
})
