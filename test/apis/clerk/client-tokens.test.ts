import { describe, expect, it } from 'vitest'
import { claimsOf, refusal, world } from './client-setup.ts'

const MINT = 'createSessionToken'

describe('session tokens: fetched no more often than need be', () => {
  it('1,000 callers for ten keys cost ten requests, and ten more once the tokens have run out', async () => {
    const templates = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`t${n}`, {}]))
    const { client, until, server, clock } = world({ templates })
    await until(client.getClient())
    const everybody = () =>
      until(Promise.all(Array.from({ length: 1000 }, (_, n) => client.getToken({ template: `t${n % 10}` }))))
    const first = await everybody()
    expect(new Set(first).size).toBe(10)
    expect(server.count('createSessionTokenWithTemplate')).toBe(10)
    await everybody()
    expect(server.count('createSessionTokenWithTemplate')).toBe(10)
    await clock.advance(61_000)
    const second = await everybody()
    expect(new Set([...first, ...second]).size).toBe(20)
    expect(server.count('createSessionTokenWithTemplate')).toBe(20)
  })

  it('100 callers on a cold start cost one GET /client and one token', async () => {
    const { client, until, server } = world()
    await until(Promise.all(Array.from({ length: 100 }, () => client.getToken())))
    expect([server.count('getClient'), server.count(MINT)]).toEqual([1, 1])
  })

  it('session, template and organization have a token each', async () => {
    const { client, until, server, id } = world({ templates: { hasura: {} } })
    const other = server.addSession({ organizationId: 'org_1' })
    const wanted = [
      { sessionId: id },
      { sessionId: id, template: 'hasura' },
      { sessionId: id, organizationId: 'org_1' },
      { sessionId: id, organizationId: null },
      { sessionId: other },
      { sessionId: other, organizationId: null },
    ]
    const tokens = await until(Promise.all(wanted.map((one) => client.getToken(one))))
    expect(new Set(tokens).size).toBe(6)
    expect(tokens.map(claimsOf).map(({ sid, org_id }) => [sid, org_id])).toEqual([
      [id, undefined],
      [id, undefined],
      [id, 'org_1'],
      [id, undefined],
      [other, 'org_1'],
      [other, undefined],
    ])
    expect(await until(Promise.all(wanted.map((one) => client.getToken(one))))).toEqual(tokens)
  })

  it('a token is renewed in the background from 15 s before its end, and served until 5 s before it', async () => {
    const { client, until, server, clock } = world()
    const token = await until(client.getToken())
    await clock.advance(44_000)
    expect(await until(client.getToken())).toBe(token)
    expect(server.count(MINT)).toBe(1)
    await clock.advance(2000)
    server.fault(MINT, { kind: 'delay', ms: 3000 })
    expect(await client.getToken()).toBe(token)
    await clock.advance(100)
    expect(server.count(MINT)).toBe(2)
    expect(await client.getToken()).toBe(token)
    await clock.advance(3000)
    expect(await client.getToken()).not.toBe(token)
    expect(server.count(MINT)).toBe(2)
  })

  it('a token with less than 5 s left is not handed out', async () => {
    const { client, until, server, clock } = world()
    const token = await until(client.getToken())
    await clock.advance(55_500)
    expect(await until(client.getToken())).not.toBe(token)
    expect(server.count(MINT)).toBe(2)
  })

  it('a background failure costs no good token', async () => {
    const { client, until, server, clock } = world({}, { retry: false })
    const token = await until(client.getToken())
    await clock.advance(46_000)
    server.fault(MINT, refusal(500, 'internal'))
    server.fault(MINT, refusal(404, 'resource_not_found'))
    expect(await client.getToken()).toBe(token)
    await clock.advance(1000)
    expect(await until(client.getToken())).toBe(token)
    await clock.advance(10_000)
    expect(await until(client.getToken())).not.toBe(token)
  })
})

describe('session tokens: forced', () => {
  it('a forced fetch is shared with nobody, and its token serves the others after it', async () => {
    const { client, until, server, clock } = world()
    await until(client.getClient())
    server.fault(MINT, { kind: 'delay', ms: 1000 }, { times: 3 })
    const plain = client.getToken()
    const forced = client.getToken({ skipCache: true })
    const another = client.getToken()
    await clock.advance(100)
    expect(server.count(MINT)).toBe(2)
    const [a, b, c] = await until(Promise.all([plain, forced, another]))
    expect(a).toBe(c)
    expect(b).not.toBe(a)
    await clock.advance(2000)
    const younger = await until(client.getToken({ skipCache: true }))
    expect(await until(client.getToken())).toBe(younger)
  })

  it('of two tokens the one with the larger iat wins, and an older one that comes late is not kept', async () => {
    const { client, until, server, clock } = world()
    await until(client.getToken())
    server.fault(MINT, { kind: 'delay', ms: 5000 })
    const late = client.getToken({ skipCache: true })
    await clock.advance(2000)
    const younger = await until(client.getToken({ skipCache: true }))
    expect(await until(late)).not.toBe(younger)
    expect(await until(client.getToken())).toBe(younger)
  })

  it('oiat goes before iat', async () => {
    const { client, until, server, clock, id } = world({ oiat: true })
    await until(client.getToken())
    const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url')
    const seconds = Math.floor(clock.now() / 1000)
    const claims = part({ sid: id, iat: seconds + 30, exp: seconds + 90 })
    const stale = `${part({ alg: 'none', oiat: seconds - 30 })}.${claims}.x`
    const fresh = `${part({ alg: 'none', oiat: seconds + 1 })}.${part({ sid: id, iat: seconds - 1, exp: seconds + 59 })}.x`
    const hand = (jwt: string) => server.fault(MINT, { kind: 'body', body: JSON.stringify({ jwt }) })
    hand(stale)
    expect(await until(client.getToken({ skipCache: true }))).toBe(stale)
    expect(await until(client.getToken())).not.toBe(stale)
    hand(fresh)
    await until(client.getToken({ skipCache: true }))
    expect(await until(client.getToken())).toBe(fresh)
  })
})
