import { describe, expect, it } from 'vitest'
import { claimsOf, failureOf, world } from './client-setup.ts'

const MINT = 'createSessionToken'

describe('session tokens: those that ride along', () => {
  it('the client brings one, and none is fetched', async () => {
    const { client, until, server } = world({ lastActiveTokens: true })
    await until(client.getClient())
    expect(await until(client.getToken())).toMatch(/^ey/)
    expect(server.count(MINT)).toBe(0)
  })

  it('so do a session and a reverification, where no client rides along', async () => {
    for (const operation of ['getSession', 'touchSession', 'startReverification'] as const) {
      const { client, until, server, id } = world({ lastActiveTokens: true, piggyback: false })
      if (operation === 'startReverification') {
        await until(client.startReverification(id, { level: 'first_factor' }))
      } else await until(client[operation](id))
      expect(await until(client.getToken({ sessionId: id }))).toMatch(/^ey/)
      expect(server.count(MINT)).toBe(0)
    }
  })

  it('a younger one replaces the one at hand, and an older one does not', async () => {
    const { client, until, server, clock } = world({ lastActiveTokens: true })
    await until(client.getClient())
    server.fault('getClient', { kind: 'delay', ms: 9000 })
    const late = client.getClient()
    await clock.advance(2000)
    await until(client.getClient())
    const younger = await until(client.getToken())
    await until(late)
    expect(await until(client.getToken())).toBe(younger)
    await clock.advance(1000)
    await until(client.getClient())
    expect(claimsOf(await until(client.getToken())).iat).toBeGreaterThan(Number(claimsOf(younger).iat))
  })

  it('the new organization comes with the touch, and an answer from before it brings no old one back', async () => {
    const { client, until, server, clock, id } = world({ lastActiveTokens: true })
    await until(client.getClient())
    server.fault('getClient', { kind: 'delay', ms: 5000 })
    const late = client.getClient()
    await clock.advance(1000)
    await until(client.touchSession(id, { active_organization_id: 'acme' }))
    expect(claimsOf(await until(client.getToken())).org_id).toBe('org_1')
    await until(late)
    expect(claimsOf(await until(client.getToken())).org_id).toBe('org_1')
    expect(server.count(MINT)).toBe(0)
  })

  it('one that a session brought to its end counts for nothing', async () => {
    const { client, until, server, id } = world({ lastActiveTokens: true })
    await until(client.getClient())
    server.fault('endSession', {
      kind: 'patch',
      patch: (json) => {
        const body = structuredClone(json) as { response: Record<string, unknown> }
        body.response.last_active_token = { object: 'token', jwt: 'e30.e30.x' }
        return body
      },
    })
    await until(client.endSession(id))
    expect(await until(failureOf(client.getToken({ sessionId: id })))).toMatchObject({ status: 404 })
  })

  it.each([true, false])(
    'one that is nearly over is not served past its end (Date readable: %s)',
    async (exposeDate) => {
      const timeout = { attempt: 60_000, total: 60_000 }
      const { client, until, server, clock } = world({ lastActiveTokens: true }, { timeout })
      server.exposeDate = exposeDate
      server.fault('getClient', { kind: 'delay', ms: 50_000 })
      await until(client.getClient())
      await clock.advance(6000)
      const { exp } = claimsOf(await until(client.getToken()))
      expect(Number(exp) * 1000 - clock.now()).toBeGreaterThan(5000)
    },
  )

  it('one that can not be sent in a header is left alone', async () => {
    const { client, until, server } = world({ lastActiveTokens: true }, { validation: 'report' })
    server.fault('getClient', {
      kind: 'patch',
      patch: (json) => JSON.parse(JSON.stringify(json).replace(/"jwt":"[^"]+"/g, '"jwt":"a\\nb"')),
    })
    await until(client.getClient())
    expect(await until(client.getToken())).toMatch(/^ey/)
  })

  it('one that does not tell when it was issued can not be put in order, and is left alone', async () => {
    const { client, until, server } = world({ lastActiveTokens: true })
    server.fault('getClient', {
      kind: 'patch',
      patch: (json) => JSON.parse(JSON.stringify(json).replace(/"jwt":"[^"]+"/g, '"jwt":"[redacted]"')),
    })
    await until(client.getClient())
    expect(await until(client.getToken())).toMatch(/^ey/)
  })

  it('the client that rides along in an error brings one, too', async () => {
    const { client, until, server } = world({ lastActiveTokens: true })
    await until(failureOf(client.getSession('sess_9')))
    expect(await until(client.getToken())).toMatch(/^ey/)
    expect(server.count(MINT)).toBe(0)
  })

  it('none of them is in what the client shows of itself', async () => {
    const { client, until } = world({ lastActiveTokens: true })
    expect(JSON.stringify(await until(client.getClient()))).toContain('"jwt"')
    expect(JSON.stringify(client.client)).not.toContain('"jwt"')
    expect(client.client?.sessions[0]?.status).toBe('active')
  })

  it('an answer is not held up by a token request that hangs', async () => {
    const { client, until, server, clock, id } = world({ lastActiveTokens: true })
    server.settings.lastActiveTokens = false
    await until(client.getClient())
    server.fault(MINT, { kind: 'delay', ms: 9000 })
    const token = client.getToken()
    await clock.advance(10)
    server.settings.lastActiveTokens = true
    let answered = false
    client.getSession(id).then(() => {
      answered = true
    })
    await clock.advance(50)
    expect(answered).toBe(true)
    await until(token)
  })
})

it('a server that wants to see the last token is shown the one that rode along', async () => {
  const { client, until, server, clock, id } = world({ lastActiveTokens: true })
  await until(client.getClient())
  const token = await until(client.getToken({ sessionId: id }))
  expect(server.count(MINT)).toBe(0)
  server.settings.wantsExpiredToken = true
  await clock.advance(70_000)
  expect(await until(client.getToken({ sessionId: id }))).not.toBe(token)
  const last = server.requests.findLast(({ operation }) => operation === MINT)
  expect(new URL(last?.path ?? '', 'https://x').searchParams.get('expired_token')).toBe(token)
})

it('nobody waits with an answer for a token that is being fetched, though a younger one rode along', async () => {
  const { client, until, server, clock } = world({ lastActiveTokens: true })
  await until(client.getToken())
  await clock.advance(46_000)
  server.fault(MINT, { kind: 'delay', ms: 9000 })
  await client.getToken()
  await clock.advance(100)
  const began = clock.now()
  await until(client.getClient())
  expect(clock.now()).toBe(began)
  await clock.advance(10_000)
})
