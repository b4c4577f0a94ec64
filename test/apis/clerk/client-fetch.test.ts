import { ConfigurationError, NoSessionError } from 'latchkey'
import { fakeClerk } from 'latchkey/testing'
import { describe, expect, it } from 'vitest'
import { ClerkClient } from '../../../src/apis/clerk/client.ts'
import { BACK_END, failureOf, refusal, world } from './client-setup.ts'

describe('clerk.fetch: the user’s own back end', () => {
  it('carries the active session’s token, and nothing else of Clerk’s', async () => {
    const { client, until, sent, id } = world({}, { headers: { 'x-app': '1' } })
    const response = await until(client.fetch('/reports?page=2', { method: 'POST', body: 'hello' }))
    expect(await response.json()).toMatchObject({ path: '/reports?page=2', session_id: id, body: 'hello' })
    const { url, headers, credentials } = sent.at(-1) as (typeof sent)[number]
    expect(url.href).toBe(`${BACK_END}/reports?page=2`)
    expect(headers.get('authorization')).toMatch(/^Bearer ey/)
    expect(headers.has('x-app')).toBe(false)
    expect(credentials).not.toBe('include')
  })

  it('takes requests and URLs', async () => {
    const { client, until } = world()
    const request = new Request(`${BACK_END}/a`, { method: 'PUT', body: 'x' })
    expect(await (await until(client.fetch(request))).json()).toMatchObject({ method: 'PUT', body: 'x' })
    expect((await until(client.fetch(new URL(`${BACK_END}/b`)))).status).toBe(200)
  })

  it('a token that has run out is renewed, and one request of 100 does it', async () => {
    const { client, until, server, clock } = world()
    await until(client.fetch('/a'))
    await clock.advance(61_000)
    const all = await until(Promise.all(Array.from({ length: 100 }, () => client.fetch('/a'))))
    expect(all.every(({ status }) => status === 200)).toBe(true)
    expect(server.count('createSessionToken')).toBe(2)
  })

  it('a 401 is met with a new token once, and then is the caller’s', async () => {
    const { client, until, server } = world()
    server.fault('api', refusal(401, 'x'))
    expect((await until(client.fetch('/a'))).status).toBe(200)
    expect((await until(client.fetch('/forbidden'))).status).toBe(401)
    expect(server.count('getClient')).toBe(1)
  })

  it.each(['https://evil.test/a', 'https://clerk.test/v1/client', '//evil.test/a'])(
    'takes no token to %s',
    async (url) => {
      const { client, until, sent } = world()
      expect(await until(failureOf(client.fetch(url)))).toBeInstanceOf(ConfigurationError)
      expect(sent).toEqual([])
    },
  )

  it('goes nowhere where no back end is named, or nobody is signed in', async () => {
    const { open, client, until, server, id } = world()
    const homeless = open({ authorizedOrigins: [] })
    expect(await until(failureOf(homeless.fetch('/a')))).toBeInstanceOf(ConfigurationError)
    server.setStatus(id, 'ended')
    expect(await until(failureOf(client.fetch('/a')))).toBeInstanceOf(NoSessionError)
    expect(server.count('api')).toBe(0)
  })

  it('stops with the caller’s signal while the token is fetched', async () => {
    const { client, until, server, clock } = world()
    server.fault('createSessionToken', { kind: 'delay', ms: 5000 })
    const controller = new AbortController()
    const failure = failureOf(client.fetch('/a', { signal: controller.signal }))
    await clock.advance(1000)
    controller.abort()
    expect(await until(failure)).toMatchObject({ name: 'AbortError' })
    expect(server.count('api')).toBe(0)
  })
})

describe('over a real socket', () => {
  it('an empty Authorization begins a client, its token goes on, and a session is lived through', async () => {
    const server = fakeClerk({ basePath: '/__clerk', rotate: true, clientTokenPrefix: 'Bearer ' })
    const id = server.addSession()
    const { url, close } = await server.listen()
    try {
      const clerk = new ClerkClient({ proxyUrl: `${url}/__clerk`, mode: 'native', authorizedOrigins: [url] })
      await Promise.all([clerk.getClient(), clerk.getSession(id)])
      await clerk.touchSession(id, { active_organization_id: 'acme' })
      const response = await clerk.fetch('/reports', { method: 'POST', body: 'hello' })
      expect(await response.json()).toMatchObject({ session_id: id, body: 'hello' })
      expect(await clerk.session.end()).toEqual({ revoked: true })
      expect(server.clients).toHaveLength(1)
      expect(server.requests[0]?.headers.get('authorization')).toBe('')
      await clerk.close()
    } finally {
      await close()
    }
  })
})
