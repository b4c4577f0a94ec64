import { memoryStorage, ZelfClient } from 'latchkey'
import { fakeClock, fakeZelf } from 'latchkey/testing'
import { describe, expect, it } from 'vitest'

const TEN_MINUTES_MS = 600_000

function zelfWorld(expiry: 'fields' | 'jwt' | 'none' = 'fields') {
  const clock = fakeClock()
  const server = fakeZelf({ clock, expiry })
  const storage = memoryStorage({ clock })
  return { clock, server, client: () => new ZelfClient({ fetch: server.fetch, clock, storage }) }
}

describe('createSession', () => {
  it('sends the documented request, and answers what the server tells of the session', async () => {
    const { clock, server, client } = zelfWorld()
    const session = await clock.until(client().createSession({ identifier: 'device-1' }))
    const [request] = server.requests
    expect([request?.method, request?.path, request?.body]).toEqual([
      'POST',
      '/api/sessions',
      '{"identifier":"device-1"}',
    ])
    expect(Object.fromEntries(request?.headers ?? [])).toEqual({ 'content-type': 'application/json' })
    const now = clock.now() / 1000
    expect(session).toEqual({ activatedAt: now, expiresAt: now + 600 })
  })

  it.each([
    ['{"data":{"token":"t"}}', {}],
    ['{"data":{"token":"t","expiresAt":1900000000,"more":1}}', { expiresAt: 1_900_000_000, more: 1 }],
  ])('takes what older and newer servers answer: %s', async (body, session) => {
    const zelf = new ZelfClient({ fetch: async () => new Response(body) })
    await expect(zelf.createSession({ identifier: 'd' })).resolves.toEqual(session)
    await expect(zelf.session.getAccessToken()).resolves.toBe('t')
  })

  it.each(['{"data":{}}', '{"data":{"token":""}}', '{}', '<html>', '{"data":{"token":"a b"}}'])(
    'is an error on a malformed answer: %s',
    async (body) => {
      const zelf = new ZelfClient({ fetch: async () => new Response(body) })
      await expect(zelf.createSession({ identifier: 'd' })).rejects.toMatchObject({
        code: 'response_validation',
      })
      expect(zelf.session.snapshot().status).not.toBe('active')
    },
  )

  it.each(['', 'x'.repeat(10_000_000), 7, undefined])(
    'sends nothing for an identifier that is none',
    async (identifier) => {
      const { clock, server, client } = zelfWorld()
      const call = client().createSession({ identifier: identifier as string })
      await expect(clock.until(call)).rejects.toMatchObject({
        code: 'request_validation',
        fields: ['identifier'],
      })
      expect(server.requests).toEqual([])
    },
  )

  it.each([400, 500])('tells of a %i', async (status) => {
    const zelf = new ZelfClient({
      fetch: async () => Response.json({ whatever: 1 }, { status }),
      retry: false,
    })
    await expect(zelf.createSession({ identifier: 'd' })).rejects.toMatchObject({ code: 'zelf_api', status })
  })
})

describe('a Zelf session', () => {
  it.each(['fields', 'jwt'] as const)(
    'renews itself under its identifier before it runs out (%s)',
    async (expiry) => {
      const { clock, server, client } = zelfWorld(expiry)
      const zelf = client()
      await clock.until(zelf.createSession({ identifier: 'device-1' }))
      await clock.advance(TEN_MINUTES_MS - 20_000)
      const served = await clock.until(zelf.fetch('/api/clients'))
      expect(served.status).toBe(200)
      await clock.advance(0)
      expect(server.count('createSession')).toBe(2)
      expect(server.requests.at(-1)?.body).toBe('{"identifier":"device-1"}')
      await clock.advance(60_000)
      expect((await clock.until(zelf.fetch('/api/clients'))).status).toBe(200)
      expect(server.count('createSession')).toBe(2)
    },
  )

  it('whose life nobody knows is renewed by a 401 only', async () => {
    const { clock, server, client } = zelfWorld('none')
    const zelf = client()
    await clock.until(zelf.createSession({ identifier: 'device-1' }))
    expect(zelf.session.snapshot()).toEqual({ status: 'active' })
    await clock.advance(TEN_MINUTES_MS - 1000)
    expect((await clock.until(zelf.fetch('/x'))).status).toBe(200)
    expect(server.count('createSession')).toBe(1)
    await clock.advance(2000)
    expect((await clock.until(zelf.fetch('/x'))).status).toBe(200)
    expect(server.count('createSession')).toBe(2)
  })

  it('is found again by a client that starts later, identifier and all', async () => {
    const { clock, server, client } = zelfWorld()
    await clock.until(client().createSession({ identifier: 'device-1' }))
    await clock.advance(TEN_MINUTES_MS + 1000)
    expect((await clock.until(client().fetch('/x'))).status).toBe(200)
    expect(server.requests.at(-2)?.body).toBe('{"identifier":"device-1"}')
  })

  it('ends by being forgotten: the API has no way to delete it', async () => {
    const { clock, server, client } = zelfWorld()
    const zelf = client()
    await clock.until(zelf.createSession({ identifier: 'device-1' }))
    expect(await clock.until(zelf.session.end())).toEqual({ revoked: false })
    await expect(clock.until(zelf.fetch('/x'))).rejects.toMatchObject({ code: 'no_session' })
    expect(server.requests).toHaveLength(1)
  })

  it('ends as revoked when the server no longer takes the identifier', async () => {
    const { clock, server, client } = zelfWorld()
    const zelf = client()
    await clock.until(zelf.createSession({ identifier: 'device-1' }))
    await clock.advance(TEN_MINUTES_MS + 1000)
    server.fault('createSession', { kind: 'status', status: 400, body: {} })
    await expect(clock.until(zelf.fetch('/x'))).rejects.toMatchObject({ reason: 'revoked' })
  })
})
