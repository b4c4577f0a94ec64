import {
  ClerkClient,
  ConfigurationError,
  isLatchkeyError,
  memoryStorage,
  type SaferMeClient,
  SessionPool,
} from 'latchkey'
import { fakeClerk, fakeClock } from 'latchkey/testing'
import { describe, expect, it } from 'vitest'
import { frailStorage } from '../session/frail-storage.ts'
import { gate, HOUR_MS, poolWorld } from './pool-world.ts'

describe('a full pool', () => {
  it('drops who was used least recently, and finds the session again in the storage', async () => {
    const { server, pool, signIn, touch, isHeld, use, call } = poolWorld({ max: 2 })
    await signIn('user-1', 'user-2')
    await touch('user-1')
    await signIn('user-3')
    expect(pool.size).toBe(2)
    expect(await isHeld('user-1')).toBe(true)
    expect(await isHeld('user-3')).toBe(true)
    expect(await isHeld('user-2')).toBe(false)
    expect(await use('user-2', call)).toBe(2)
    expect(server.count('createSession')).toBe(3)
    expect(server.count('refreshSession')).toBe(0)
  })

  it('counts a use until it ends', async () => {
    const { clock, pool, touch, isHeld } = poolWorld({ max: 2 })
    const long = gate()
    const using = pool.use('user-1', () => long.passed)
    await touch('user-2')
    long.open()
    await clock.until(using)
    await touch('user-3')
    expect(await isHeld('user-1')).toBe(true)
    expect(await isHeld('user-2')).toBe(false)
  })

  it('lets go before the new one is used, not after', async () => {
    const { pool, touch, use } = poolWorld({ max: 2 })
    await touch('user-1', 'user-2')
    expect(await use('user-3', async () => pool.size)).toBe(2)
  })

  it('closes whom it drops: nothing of it runs on', async () => {
    const { clock, signIn, touch, use } = poolWorld({ max: 1, options: { keepAlive: true } })
    let dropped: SaferMeClient | undefined
    await signIn('user-1')
    await use('user-1', async (client) => {
      dropped = client
    })
    expect(clock.pending).toBe(1)
    await touch('user-2')
    expect(clock.pending).toBe(0)
    await expect(dropped?.session.getAccessToken()).rejects.toBeInstanceOf(ConfigurationError)
  })

  it('has room again for one whose storage was told of the end', async () => {
    const { pool, signIn, touch, use } = poolWorld({ max: 1 })
    await signIn('user-1')
    await use('user-1', (client) => client.deleteSession())
    await touch('user-2')
    expect(pool.size).toBe(1)
    const status = await use('user-1', async ({ session }) => (await session.restore()).status)
    expect(status).toBe('none')
  })
})

describe('a client is not dropped', () => {
  it('while it is in use, however many others are: the pool shrinks when uses end', async () => {
    const { clock, server, pool, made, signIn, call } = poolWorld({ max: 2 })
    const keys = ['user-1', 'user-2', 'user-3', 'user-4', 'user-5']
    await signIn(...keys)
    const before = made.length
    const hold = gate()
    const uses = keys.map((key) => pool.use(key, (client) => hold.passed.then(() => call(client))))
    await clock.advance(HOUR_MS)
    expect(pool.size).toBe(5)
    expect(made.length - before).toBeLessThanOrEqual(5)
    hold.open()
    expect(await clock.until(Promise.all(uses))).toEqual([1, 2, 3, 4, 5])
    expect(pool.size).toBe(2)
    expect(server.count('refreshSession')).toBe(5)
  })

  it('while the second of two uses goes on', async () => {
    const { clock, pool, touch, isHeld } = poolWorld({ max: 1 })
    const long = gate()
    const using = pool.use('user-1', () => long.passed)
    await touch('user-1', 'user-2', 'user-3')
    expect(await isHeld('user-1')).toBe(true)
    long.open()
    await clock.until(using)
    expect(pool.size).toBe(1)
  })

  it('while a refresh is under way that nobody waits for any more: its tokens are the only ones', async () => {
    const { clock, server, pool, signIn, touch, isHeld, use, call } = poolWorld({ max: 1 })
    await signIn('user-1')
    await clock.advance(HOUR_MS)
    server.fault('refreshSession', { kind: 'delay', ms: 60_000 })
    const impatient = use('user-1', (client) => client.session.getAccessToken({ timeout: 1000 }))
    expect(await impatient.catch((error: unknown) => isLatchkeyError(error, 'timeout'))).toBe(true)
    await touch('user-2', 'user-3')
    expect(await isHeld('user-1')).toBe(true)
    await clock.advance(60_000)
    await touch('user-2', 'user-3')
    expect(pool.size).toBe(1)
    expect(await isHeld('user-1')).toBe(false)
    expect(await use('user-1', call)).toBe(1)
    expect(server.count('refreshSession')).toBe(1)
  })

  it('while it alone has the tokens that could not be saved', async () => {
    const { clock, server, storage, signIn, touch, isHeld, use, call } = poolWorld({ max: 1 })
    await signIn('user-1')
    await clock.advance(HOUR_MS)
    // The mark gets through, the tokens do not.
    const written = storage.written.length
    storage.beforeWrite = () => {
      storage.broken.replace = storage.written.length > written
    }
    expect(await use('user-1', call)).toBe(1)
    storage.broken.read = true
    await touch('user-2', 'user-3')
    expect(await isHeld('user-1')).toBe(true)
    storage.beforeWrite = () => {}
    storage.broken.replace = storage.broken.read = false
    await clock.advance(2000)
    expect(await use('user-1', call)).toBe(1)
    await touch('user-2')
    expect(await isHeld('user-1')).toBe(false)
    expect(await use('user-1', call)).toBe(1)
    expect(server.count('refreshSession')).toBe(1)
  })

  it('while it alone knows of the sign-out', async () => {
    const { clock, storage, signIn, touch, isHeld, use } = poolWorld({ max: 1 })
    await signIn('user-1')
    storage.broken.replace = true
    await use('user-1', (client) => client.deleteSession())
    await touch('user-2', 'user-3')
    expect(await isHeld('user-1')).toBe(true)
    storage.broken.replace = false
    await clock.advance(2000)
    await use('user-1', ({ session }) => session.restore())
    await touch('user-2')
    expect(await isHeld('user-1')).toBe(false)
    const status = await use('user-1', async ({ session }) => (await session.restore()).status)
    expect(status).toBe('none')
  })

  it('while its session is in memory only, because the storage never worked', async () => {
    const { storage, signIn, touch, isHeld, use, call } = poolWorld({ max: 1 })
    storage.broken.read = storage.broken.replace = true
    await signIn('user-1')
    await touch('user-2', 'user-3')
    expect(await isHeld('user-1')).toBe(true)
    expect(await use('user-1', call)).toBe(1)
    await use('user-1', (client) => client.deleteSession())
    await touch('user-2', 'user-3')
    expect(await isHeld('user-1')).toBe(false)
  })

  it('while it alone has the Clerk client’s token, which any answer may replace', async () => {
    const clock = fakeClock()
    const clerk = fakeClerk({ clock, rotate: true, rotationGraceMs: 1000 })
    clerk.addSession()
    const storage = frailStorage(memoryStorage({ clock }))
    const made: string[] = []
    const pool = new SessionPool({
      storage,
      max: 1,
      client: (key, storage) => {
        made.push(key)
        return new ClerkClient({
          frontendApi: 'clerk.test',
          mode: 'native',
          clock,
          storage,
          fetch: clerk.fetch,
        })
      },
    })
    const ask = (key: string) => clock.until(pool.use(key, (client) => client.getClient()))
    await ask('user-1')
    storage.broken.replace = true
    await ask('user-1')
    await ask('user-2')
    await ask('user-1')
    expect(made).toEqual(['user-1', 'user-2'])
    storage.broken.replace = false
    await ask('user-1')
    await ask('user-3')
    await ask('user-4')
    await ask('user-1')
    expect(made.filter((key) => key === 'user-1')).toHaveLength(2)
  })
})

it('those that could not be dropped go at the next use once they can: memory does not stay full', async () => {
  let settled = false
  const session = {
    get settled() {
      return settled
    },
    close: async () => {},
  }
  const pool = new SessionPool({ storage: memoryStorage(), max: 1, client: () => ({ session }) })
  for (let user = 1; user <= 50; user++) await pool.use(`user-${user}`, () => {})
  expect(pool.size).toBe(50)
  settled = true
  await pool.use('user-51', () => {})
  expect(pool.size).toBe(1)
})

it('a crowd that can not be dropped does not keep the others from being dropped', async () => {
  const { clock, pool, touch } = poolWorld({ max: 1 })
  const hold = gate()
  const crowd = Array.from({ length: 150 }, (_, index) => pool.use(`user-${index + 1}`, () => hold.passed))
  await touch('user-151', 'user-152', 'user-153', 'user-154', 'user-155')
  expect(pool.size).toBeLessThanOrEqual(152)
  hold.open()
  await clock.until(Promise.all(crowd))
  expect(pool.size).toBe(1)
})
