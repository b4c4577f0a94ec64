import { fakeClock, fakeSaferMe } from 'latchkey/testing'
import { describe, expect, it } from 'vitest'
import { find } from '../programs.ts'
import { startRedis } from '../redis.ts'
import { Opened } from './opened.ts'
import { type ServiceProcess, startService } from './service-process.ts'

const HOUR_MS = 3_600_000
const ada = { email: 'ada@example.com', password: 'correct horse' }
const bob = { email: 'bob@example.com', password: 'battery staple' }
/** How long processes may take to start on a machine that has a lot to do. */
const BOUND_MS = 60_000

/** Starts processes of the service over one Redis, and SaferMe, whose delays are on a clock that stands still. */
async function serving(processes: number) {
  const opened = new Opened()
  const clock = fakeClock({ now: Date.now() })
  const saferme = fakeSaferMe({ clock, users: [ada, bob] })
  try {
    const upstream = await saferme.listen()
    opened.defer(() => upstream.close())
    const redis = opened.use(await startRedis())
    const environment = { REDIS_URL: redis.url, SAFERME_URL: upstream.url }
    const starting = Array.from({ length: processes }, () => startService(environment))
    const services = (await Promise.all(starting)).map((service) => opened.use(service))
    return { clock, saferme, services, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() }
  } catch (error) {
    await opened[Symbol.asyncDispose]()
    throw error
  }
}

describe.skipIf(!find('redis-server'))('the service', { timeout: BOUND_MS }, () => {
  it('in two processes over one Redis sends one refresh for each user, keeps them apart, and signs out of both', async () => {
    await using world = await serving(2)
    const { saferme, services } = world
    const [first, second] = services as [ServiceProcess, ServiceProcess]
    const adas = (await first.send('POST', '/sign-in', '', { body: ada })).cookie
    const bobs = (await second.send('POST', '/sign-in', '', { body: bob })).cookie
    expect(adas).toMatch(/^__Host-id=[0-9a-f-]{36}$/)
    saferme.clockOffset = 2 * HOUR_MS
    const cookies = Array.from({ length: 40 }, (_, index) => (index % 4 < 2 ? adas : bobs))
    const answers = await Promise.all(
      cookies.map((cookie, index) => (index % 2 ? first : second).send('GET', '/reports', cookie)),
    )
    expect(answers.map(({ status, text }) => [status, JSON.parse(text).user_id])).toEqual(
      cookies.map((cookie) => [200, cookie === adas ? 1 : 2]),
    )
    expect(saferme.count('refreshSession')).toBe(2)

    expect(await first.send('POST', '/sign-out', adas)).toMatchObject({ status: 204, cookie: '__Host-id=' })
    expect(await second.send('GET', '/reports', adas)).toMatchObject({ status: 401, cookie: '__Host-id=' })
    expect(saferme.sessions.map(({ email }) => email)).toEqual([bob.email])
  })

  it('that is told to end answers what has begun, keeps what it was fetching for who has gone, and ends by itself', async () => {
    await using world = await serving(2)
    const { clock, saferme, services } = world
    const [leaving, staying] = services as [ServiceProcess, ServiceProcess]
    const adas = (await leaving.send('POST', '/sign-in', '', { body: ada })).cookie
    const bobs = (await leaving.send('POST', '/sign-in', '', { body: bob })).cookie
    saferme.clockOffset = 2 * HOUR_MS
    const refreshes = (count: number) =>
      expect.poll(() => saferme.count('refreshSession'), { timeout: BOUND_MS }).toBe(count)
    saferme.fault('refreshSession', { kind: 'delay', ms: 20_000 })
    saferme.fault('refreshSession', { kind: 'delay', ms: 40_000 })
    const begun = leaving.send('GET', '/reports', adas)
    await refreshes(1)
    const closed = new AbortController()
    const abandoned = leaving.send('GET', '/reports', bobs, { signal: closed.signal })
    await refreshes(2)
    closed.abort()
    await expect(abandoned).rejects.toThrow()

    leaving.terminate()
    const newcomer = () =>
      leaving.send('GET', '/reports').then(
        () => 'served',
        () => 'refused',
      )
    await expect.poll(newcomer, { timeout: BOUND_MS }).toBe('refused')
    await clock.advance(20_000)
    expect((await begun).status).toBe(200)
    await clock.advance(20_000)
    expect(await leaving.ended).toBe(0)
    for (const cookie of [adas, bobs]) {
      expect((await staying.send('GET', '/reports', cookie)).status).toBe(200)
    }
    await refreshes(2)
  })

  it('gives nothing to who has made an id up, and tells a mistyped password', async () => {
    await using world = await serving(1)
    const { saferme, services } = world
    const [service] = services as [ServiceProcess]
    expect((await service.send('GET', '/reports')).status).toBe(401)
    expect((await service.send('GET', '/reports', `__Host-id=${crypto.randomUUID()}`)).status).toBe(401)
    expect((await service.send('POST', '/sign-in', '', { body: { ...ada, password: 'wrong' } })).status).toBe(
      401,
    )
    expect((await service.send('POST', '/sign-in', '', { body: { email: ada.email } })).status).toBe(400)
    expect([saferme.count('createSession'), saferme.count('api')]).toEqual([1, 0])
  })
})
