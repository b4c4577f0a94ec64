import { inspect } from 'node:util'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { StorageError } from '../../src/errors/storage-error.ts'
import { LEASE_MS } from '../../src/storage/leased-lock.ts'
import type { RedisClient } from '../../src/storage/redis-client.ts'
import { redisStorage } from '../../src/storage/redis-storage.ts'
import { find } from '../programs.ts'
import { type RedisServer, startRedis } from '../redis.ts'
import { redisClients } from './redis-clients.ts'

const SHORT_MS = 300

describe.skipIf(!find('redis-server'))('redisStorage on a redis-server that fails', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterEach(() => redis.thaw())
  afterAll(() => redis?.stop())

  const admin = async () => {
    const client = createClient({ url: redis.url }).on('error', () => {})
    await client.connect()
    onTestFinished(() => client.destroy())
    return client
  }
  const thrown = (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => undefined,
      (error: unknown) => error,
    )

  describe.for(redisClients)('over %s', ([name, connect]) => {
    const storageOf = async (options = {}) => {
      const { client, close } = await connect(redis.url)
      onTestFinished(async () => {
        await close()
      })
      return redisStorage(client, { commandTimeoutMs: SHORT_MS, prefix: `${name}:`, ...options })
    }

    it('says so in bounded time where Redis does not answer, and works again when it does', async () => {
      const storage = await storageOf()
      await storage.replace('frozen', null, 'kept')
      for (const stop of [async () => redis.freeze(), redis.kill]) {
        await stop()
        const began = performance.now()
        const errors = await Promise.all([
          thrown(Promise.resolve(storage.read('frozen'))),
          thrown(storage.exclusive('frozen', async () => expect.unreachable(), { waitMs: 60_000 })),
        ])
        expect(performance.now() - began).toBeLessThan(SHORT_MS + 2000)
        for (const error of errors) expect(error).toMatchObject({ code: 'storage', failure: 'failed' })
        redis.thaw()
        if (stop === redis.kill) await redis.start()
        await vi.waitFor(async () => expect(await storage.read('frozen')).toBe('kept'), { timeout: 10_000 })
        // Of a lock that was being given back when Redis died the lease has to run out: this is another.
        const lock = stop === redis.kill ? 'thawed' : 'frozen'
        expect(await storage.exclusive(lock, async () => 'mine', { waitMs: 2000 })).toBe('mine')
      }
    })

    it('keeps a lock for nobody who had given up before Redis answered', async () => {
      const storage = await storageOf()
      const client = await admin()
      redis.freeze()
      const late = storage.exclusive('late', async () => expect.unreachable(), { waitMs: 60_000 })
      expect(await thrown(late)).toMatchObject({ failure: 'failed' })
      redis.thaw()
      // Commands are answered in their order, and the release follows.
      await vi.waitFor(async () => expect(await client.exists(`${name}:lock:late`)).toBe(0), {
        timeout: 5000,
      })
      const other = await storageOf()
      expect(await other.exclusive('late', async () => 'mine', { waitMs: 1000 })).toBe('mine')
    })

    it('tells what Redis said, and nothing of what it was told', async () => {
      const storage = await storageOf()
      const client = await admin()
      await client.configSet('maxmemory', '1')
      try {
        const error = await thrown(Promise.resolve(storage.replace('full', null, 'TOKEN-SECRET')))
        expect(error).toBeInstanceOf(StorageError)
        expect(error).toMatchObject({ failure: 'failed', message: expect.stringContaining('OOM') })
        expect(inspect(error, { depth: 9 })).not.toContain('SECRET')
        expect(await storage.read('full')).toBeNull()
      } finally {
        await client.configSet('maxmemory', '0')
      }
      await client.set(`${name}:session:wrong`, 'of another kind')
      const wrong = await thrown(Promise.resolve(storage.read('wrong')))
      expect(wrong).toMatchObject({ failure: 'failed', message: expect.stringContaining('WRONGTYPE') })
    })

    it('takes a command that is sent twice for the one that it is', async () => {
      const { client, close } = await connect(redis.url)
      onTestFinished(async () => {
        await close()
      })
      const storage = redisStorage(twice(client), { prefix: `${name}:twice:` })
      expect(await storage.replace('key', null, 'first')).toBe(true)
      expect(await storage.replace('key', 'first', 'second')).toBe(true)
      expect(await storage.replace('key', 'first', 'third')).toBe(false)
      expect(await storage.read('key')).toBe('second')
      expect(await storage.exclusive('key', async () => 'mine', { waitMs: 100 })).toBe('mine')
    })

    it('keeps a session for as long as it was asked to, from its last change on', async () => {
      const client = await admin()
      const kept = `${name}:session:life`
      const mortal = await storageOf({ timeToLiveMs: 60_000.5 })
      await mortal.replace('life', null, 'a')
      expect(await client.pTTL(kept)).toBeGreaterThan(50_000)
      await client.pExpire(kept, 1000)
      await mortal.replace('life', 'b', 'c')
      expect(await client.pTTL(kept)).toBeLessThanOrEqual(1000)
      await mortal.replace('life', 'a', 'b')
      expect(await client.pTTL(kept)).toBeGreaterThan(50_000)
      await (await storageOf()).replace('life', 'b', 'c')
      expect(await client.pTTL(kept)).toBe(-1)
    })

    it('leaves no lock behind, and none without an end', async () => {
      const client = await admin()
      const storage = await storageOf()
      const lock = `${name}:lock:end`
      await storage.exclusive(
        'end',
        async () => {
          const left = await client.pTTL(lock)
          expect(left).toBeGreaterThan(0)
          expect(left).toBeLessThanOrEqual(LEASE_MS)
        },
        { waitMs: 1000 },
      )
      await vi.waitFor(async () => expect(await client.exists(lock)).toBe(0))
    })
  })

  it('sends nothing over node-redis any more that was given up before there was a connection', async () => {
    const client = await admin()
    const storage = redisStorage(client, { commandTimeoutMs: SHORT_MS, prefix: 'queue:' })
    await redis.kill()
    const given = await thrown(Promise.resolve(storage.replace('key', null, 'too late')))
    expect(given).toMatchObject({ failure: 'failed' })
    await redis.start()
    await vi.waitFor(async () => expect(await storage.read('key')).toBeNull(), { timeout: 10_000 })
  })

  it('keeps everything under its prefix, apart from every other', async () => {
    const client = await admin()
    await client.flushAll()
    const [one, another] = [redisStorage(client), redisStorage(client, { prefix: 'tenant 2:' })]
    await one.replace('key', null, 'one')
    await another.replace('key', null, 'another')
    expect([await one.read('key'), await another.read('key')]).toEqual(['one', 'another'])
    await one.exclusive('key', () => another.exclusive('key', async () => {}, { waitMs: 500 }), {
      waitMs: 500,
    })
    const keys = await client.keys('*')
    expect(keys.filter((key) => key.startsWith('latchkey:'))).toContain('latchkey:session:key')
    expect(keys.every((key) => key.startsWith('latchkey:') || key.startsWith('tenant 2:'))).toBe(true)
  })
})

/** A client that sends each command twice, and answers what the second one was answered. */
function twice(client: RedisClient): RedisClient {
  const send = (...args: unknown[]) =>
    (client.eval as (...args: unknown[]) => Promise<unknown>).apply(client, args)
  const resending = {
    eval: async (...args: unknown[]) => {
      await send(...args)
      return send(...args)
    },
    ...('defineCommand' in client && { defineCommand: client.defineCommand }),
  }
  return resending as RedisClient
}
