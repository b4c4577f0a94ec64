import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { memoryStorage, redisStorage, type TokenStorage } from 'latchkey'
import { fakeClock, fakeSaferMe } from 'latchkey/testing'
import { createClient } from 'redis'
import { expect, it } from 'vitest'
import { service } from '../../examples/server-cookie/service.ts'
import { find } from '../programs.ts'
import { startRedis } from '../redis.ts'

const HOUR_MS = 3_600_000
/** What goes through real ports comes when the machine has time for it. */
const PATIENCE_MS = 30_000
const ada = { email: 'ada@example.com', password: 'correct horse' }
const bob = { email: 'bob@example.com', password: 'battery staple' }

/**
 * The service on real ports, SaferMe on another, and a clock that stands still.
 *
 * @param storages a process of the service runs on each; requests go to them in turn
 */
async function serving(storages: readonly TokenStorage[] = [memoryStorage()]) {
  const clock = fakeClock({ settleTurns: 300 })
  const saferme = fakeSaferMe({ clock, users: [ada, bob] })
  const upstream = await saferme.listen()
  const processes = storages.map((storage) => service({ baseUrl: upstream.url, storage, clock }))
  const ports: number[] = []
  let arrived = 0
  for (const { server } of processes) {
    server.on('request', () => {
      arrived++
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    ports.push((server.address() as AddressInfo).port)
  }
  let turn = 0
  const send = (method: string, path: string, cookie = '', body?: object, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${ports[turn++ % ports.length]}${path}`, {
      method,
      headers: { cookie },
      ...(body && { body: JSON.stringify(body) }),
      ...init,
    })
  const close = async () => void (await Promise.all(processes.map((one) => one.close())))
  return {
    clock,
    saferme,
    close,
    send,
    signIn: async (user: object) => {
      const response = await send('POST', '/sign-in', '', user)
      expect(response.status).toBe(204)
      return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    },
    /** How many requests have begun to arrive. */
    arrived: () => arrived,
    /** What is kept for the browser with this cookie. */
    stored: async (cookie: string) =>
      storages[0]?.read(
        `"${cookie.split('=')[1]}" latchkey saferme ${upstream.url}/ com.thundermaps.saferme`,
      ),
    userOf: async (cookie: string) => {
      const { user_id } = (await (await send('GET', '/reports', cookie)).json()) as { user_id: number }
      return user_id
    },
    [Symbol.asyncDispose]: async () => {
      await close()
      await upstream.close()
    },
  }
}

it('the browser gets an id that scripts and other sites can not use, and no token', async () => {
  await using world = await serving()
  const response = await world.send('POST', '/sign-in', '', ada)
  const cookie = response.headers.get('set-cookie') ?? ''
  expect(cookie).toMatch(/^__Host-id=[0-9a-f-]{36}; Path=\/; HttpOnly; Secure; SameSite=Strict$/)
  const reports = await world.send('GET', '/reports', cookie.split(';')[0])
  const seen = [cookie, ...response.headers.values(), await response.text()]
  seen.push(...reports.headers.values(), await reports.text())
  for (const { accessToken, refreshToken } of world.saferme.sessions) {
    expect(seen.join()).not.toContain(accessToken)
    expect(seen.join()).not.toContain(refreshToken)
  }
})

it('two users’ requests at the same time, over tokens that have run out, send one refresh each and meet nobody else’s data', async () => {
  await using world = await serving()
  const [adas, bobs] = [await world.signIn(ada), await world.signIn(bob)]
  await world.clock.advance(HOUR_MS)
  const cookies = Array.from({ length: 40 }, (_, index) => (index % 2 ? bobs : adas))
  const users = await Promise.all(cookies.map(world.userOf))
  expect(users).toEqual(cookies.map((cookie) => (cookie === adas ? 1 : 2)))
  expect(world.saferme.count('refreshSession')).toBe(2)
})

it('two browsers of one user have sessions of their own', async () => {
  await using world = await serving()
  const [laptop, phone] = [await world.signIn(ada), await world.signIn(ada)]
  expect(laptop).not.toBe(phone)
  expect((await world.send('POST', '/sign-out', laptop)).status).toBe(204)
  expect((await world.send('GET', '/reports', laptop)).status).toBe(401)
  expect(await world.userOf(phone)).toBe(1)
})

it.each(['', '__Host-id=', '__Host-id=nobody', '__Host-id=00000000-0000-4000-8000-000000000000', 'id=1'])(
  'the cookie %j, which nobody was given, opens nothing',
  async (cookie) => {
    await using world = await serving()
    await world.signIn(ada)
    const response = await world.send('GET', '/reports', cookie)
    expect(response.status).toBe(401)
    expect(response.headers.get('set-cookie')).toMatch(/^__Host-id=; Max-Age=0;/)
    expect(world.saferme.count('api')).toBe(0)
  },
)

it('a sign-out takes the id away from the browser, and the tokens from everybody', async () => {
  await using world = await serving()
  const cookie = await world.signIn(ada)
  const response = await world.send('POST', '/sign-out', cookie)
  expect(response.headers.get('set-cookie')).toMatch(/^__Host-id=; Max-Age=0;/)
  expect(world.saferme.sessions).toEqual([])
  expect((await world.send('GET', '/reports', cookie)).status).toBe(401)
})

it('who mistypes the password is told so, and one that is no JSON at all is refused before it is sent', async () => {
  await using world = await serving()
  expect((await world.send('POST', '/sign-in', '', { ...ada, password: 'wrong' })).status).toBe(401)
  expect((await world.send('POST', '/sign-in')).status).toBe(422)
  expect((await world.send('GET', '/')).status).toBe(404)
  expect(world.saferme.count('createSession')).toBe(1)
})

it('an id that was planted in a browser before its user signed in is not the one that is signed in', async () => {
  await using world = await serving()
  const planted = '__Host-id=00000000-0000-4000-8000-000000000000'
  const response = await world.send('POST', '/sign-in', planted, ada)
  expect(response.headers.get('set-cookie')).not.toContain(planted)
  expect((await world.send('GET', '/reports', planted)).status).toBe(401)
})

it('a shutdown waits for a refresh though its browser has gone: its tokens are the only ones', {
  timeout: PATIENCE_MS,
}, async () => {
  await using world = await serving()
  const cookie = await world.signIn(ada)
  await world.clock.advance(HOUR_MS)
  world.saferme.fault('refreshSession', { kind: 'delay', ms: 20_000 })
  const gone = new AbortController()
  const abandoned = world.send('GET', '/reports', cookie, undefined, { signal: gone.signal })
  await expect.poll(() => world.saferme.count('refreshSession'), { timeout: PATIENCE_MS }).toBe(1)
  gone.abort()
  await expect(abandoned).rejects.toThrow()
  let closed = false
  const closing = world.close().then(() => {
    closed = true
  })
  await world.clock.advance(10_000)
  expect(closed).toBe(false)
  await world.clock.advance(10_000)
  await closing
  const [session] = world.saferme.sessions
  expect(session?.refreshes).toBe(1)
  expect(await world.stored(cookie)).toContain(session?.accessToken)
})

it('a shutdown finishes what has begun, also a request that is still arriving', {
  timeout: PATIENCE_MS,
}, async () => {
  await using world = await serving()
  const [start, end] = [
    new TextEncoder().encode(JSON.stringify(ada).slice(0, 10)),
    JSON.stringify(ada).slice(10),
  ]
  const upload = new TransformStream<Uint8Array, Uint8Array>()
  const writer = upload.writable.getWriter()
  const headers = { 'content-type': 'application/json' }
  const init = { headers, body: upload.readable, duplex: 'half' } as RequestInit
  const signingIn = world.send('POST', '/sign-in', '', undefined, init)
  await writer.write(start)
  await expect.poll(world.arrived, { timeout: PATIENCE_MS }).toBe(1)
  const closing = world.close()
  await writer.write(new TextEncoder().encode(end))
  await writer.close()
  expect((await signingIn).status).toBe(204)
  await closing
})

it.skipIf(!find('redis-server'))(
  'two processes that share a Redis send one refresh for a user, and one’s sign-out is the other’s',
  async () => {
    await using redis = await startRedis()
    const clients = [createClient({ url: redis.url }), createClient({ url: redis.url })]
    await Promise.all(clients.map((client) => client.connect()))
    {
      await using world = await serving(clients.map((client) => redisStorage(client)))
      const [adas, bobs] = [await world.signIn(ada), await world.signIn(bob)]
      await world.clock.advance(HOUR_MS)
      const cookies = Array.from({ length: 40 }, (_, index) => (index % 4 < 2 ? bobs : adas))
      const users = await Promise.all(cookies.map(world.userOf))
      expect(users).toEqual(cookies.map((cookie) => (cookie === adas ? 1 : 2)))
      expect(world.saferme.count('refreshSession')).toBe(2)
      expect((await world.send('POST', '/sign-out', adas)).status).toBe(204)
      expect((await world.send('GET', '/reports', adas)).status).toBe(401)
      expect((await world.send('GET', '/reports', adas)).status).toBe(401)
      expect(await world.userOf(bobs)).toBe(2)
    }
    for (const client of clients) client.destroy()
  },
)
