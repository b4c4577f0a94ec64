import { spawn } from 'node:child_process'
import { type EventEmitter, once } from 'node:events'
import { Redis as IoRedis } from 'ioredis'
import { Redis as IoRedis6 } from 'ioredis-6'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { RedisClient } from '../../src/storage/redis-client.ts'
import { redisStorage } from '../../src/storage/redis-storage.ts'
import { type Clock, systemClock } from '../../src/support/clock.ts'
import { fakeClock } from '../../src/testing/index.ts'
import { find } from '../programs.ts'
import { type RedisServer, startRedis } from '../redis.ts'
import { redisClients } from './redis-clients.ts'

const NEVER_MS = 360_000_000
const UNUSUAL = { keyPrefix: 'app:', lazyConnect: true, enableOfflineQueue: false }
/** How much faster than real time the storages live. */
const HASTE = 20
const hasty: Clock = {
  ...systemClock,
  monotonic: () => systemClock.monotonic() * HASTE,
  setTimeout: (callback, milliseconds) => systemClock.setTimeout(callback, milliseconds / HASTE),
}
const options = { pollMs: NEVER_MS, commandTimeoutMs: 5000 * HASTE, clock: hasty }
const PATIENT = { timeout: 10_000, interval: 20 }

describe.skipIf(!find('redis-server'))('notices of redisStorage on a redis-server', () => {
  let redis: RedisServer
  let admin: ReturnType<typeof createClient>
  beforeAll(async () => {
    redis = await startRedis()
    admin = createClient({ url: redis.url }).on('error', () => {}) as typeof admin
    await admin.connect()
  })
  afterAll(async () => {
    admin?.destroy()
    await redis?.stop()
  })

  /** The clients that listen on a channel. */
  const hearing = async () => {
    const list = String(await admin.sendCommand(['CLIENT', 'LIST']))
    return list.split('\n').filter((line) => / sub=[1-9]/.test(line)).length
  }
  const connections = async () =>
    String(await admin.sendCommand(['CLIENT', 'LIST']))
      .trim()
      .split('\n').length
  const subscribers = async (key: string) => {
    const channel = `latchkey:changed:${key}`
    return (await admin.pubSubNumSub(channel))[channel]
  }
  const everConnected = async () =>
    Number(/total_connections_received:(\d+)/.exec(String(await admin.sendCommand(['INFO', 'stats'])))?.[1])
  /** Waits until there are no other connections than the test's own, and answers how many those are. */
  const onlyOwn = async (own: number) => {
    await vi.waitFor(async () => expect(await connections()).toBe(1 + own), PATIENT)
    return 1 + own
  }
  const writer = () => redisStorage(admin)

  describe.for(redisClients)('over %s', ([name, connect]) => {
    const storageOf = async () => {
      const { client, close } = await connect(redis.url)
      let open = true
      const closeOnce = async () => {
        if (open) await close()
        open = false
      }
      onTestFinished(closeOnce)
      return { storage: redisStorage(client, options), client, close: closeOnce }
    }

    it('come by message, for as long as somebody watches, and over one connection', async () => {
      const { storage, client } = await storageOf()
      const listeners = () => (client as unknown as EventEmitter).listenerCount('end')
      const [alone, listening] = [await onlyOwn(1), listeners()]
      const heard = { a: 0, b: 0 }
      const stopA = storage.watch?.(`${name} a`, () => void heard.a++)
      const stopB = storage.watch?.(`${name} b`, () => void heard.b++)
      await vi.waitFor(async () => expect([await hearing(), heard]).toEqual([1, { a: 1, b: 1 }]), PATIENT)
      expect(await connections()).toBe(alone + 1)
      await writer().replace(`${name} a`, null, '1')
      await vi.waitFor(() => expect(heard).toEqual({ a: 2, b: 1 }), PATIENT)
      stopA?.()
      stopA?.()
      await vi.waitFor(async () => expect(await subscribers(`${name} a`)).toBe(0), PATIENT)
      expect(await subscribers(`${name} b`)).toBe(1)
      await writer().replace(`${name} a`, '1', '2')
      await writer().replace(`${name} b`, null, '1')
      await vi.waitFor(() => expect(heard).toEqual({ a: 2, b: 2 }), PATIENT)
      stopB?.()
      await vi.waitFor(async () => expect(await connections()).toBe(alone), PATIENT)
      expect(listeners()).toBe(listening)
    })

    it('come to several that watch one session, and to each until it stops', async () => {
      const { storage } = await storageOf()
      const heard = { a: 0, b: 0 }
      const stopA = storage.watch?.(`${name} both`, () => void heard.a++)
      const stopB = storage.watch?.(`${name} both`, () => void heard.b++)
      await vi.waitFor(async () => expect(await hearing()).toBe(1), PATIENT)
      stopA?.()
      await writer().replace(`${name} both`, null, '1')
      await vi.waitFor(() => expect(heard).toEqual({ a: 1, b: 2 }), PATIENT)
      stopB?.()
    })

    it('come of a session that is watched once the connection is there', async () => {
      const { storage } = await storageOf()
      const heard = { early: 0, late: 0 }
      const stopEarly = storage.watch?.(`${name} early`, () => void heard.early++)
      await vi.waitFor(async () => expect([await hearing(), heard.early]).toEqual([1, 1]), PATIENT)
      const stopLate = storage.watch?.(`${name} late`, () => void heard.late++)
      const listening = async () => [await subscribers(`${name} late`), heard.late]
      await vi.waitFor(async () => expect(await listening()).toEqual([1, 1]), PATIENT)
      await writer().replace(`${name} late`, null, '1')
      await vi.waitFor(() => expect(heard).toEqual({ early: 1, late: 2 }), PATIENT)
      stopEarly?.()
      stopLate?.()
    })

    it('of what was written before the connection was there are not missed', async () => {
      const { storage } = await storageOf()
      let heard = 0
      const stop = storage.watch?.(`${name} gap`, () => void heard++)
      await vi.waitFor(() => expect(heard).toBe(1), PATIENT)
      await writer().replace(`${name} gap`, null, '1')
      await vi.waitFor(() => expect(heard).toBe(2), PATIENT)
      stop?.()
    })

    it('come again after Redis was away, and the console stays clean', async () => {
      const printed = vi.spyOn(console, 'error')
      onTestFinished(() => printed.mockRestore())
      const { storage, client } = await storageOf()
      let heard = 0
      const stop = storage.watch?.(`${name} away`, () => void heard++)
      await vi.waitFor(async () => expect(await hearing()).toBe(1), PATIENT)
      await redis.kill()
      for (let failures = 0; failures < 3; failures++) {
        await new Promise((resolve) => (client as unknown as EventEmitter).once('error', resolve))
      }
      await redis.start()
      await vi.waitFor(async () => expect(await hearing()).toBe(1), PATIENT)
      const before = heard
      await writer().replace(`${name} away`, null, '1')
      await vi.waitFor(() => expect(heard).toBeGreaterThan(before), PATIENT)
      stop?.()
      expect(printed).not.toHaveBeenCalled()
    })

    it('open no connection for whoever watches for a moment only, as a refresh does', async () => {
      const { client, close } = await connect(redis.url)
      onTestFinished(async () => {
        await close()
      })
      const clock = fakeClock({ settleTurns: 50 })
      const storage = redisStorage(client, { clock })
      await onlyOwn(1)
      const ever = await everConnected()
      for (let times = 0; times < 3; times++) {
        const stop = storage.watch?.(`${name} short`, () => {})
        await clock.advance(999)
        stop?.()
      }
      await clock.advance(999)
      expect(await everConnected()).toBe(ever)
      const stop = storage.watch?.(`${name} short`, () => {})
      await clock.advance(1000)
      await vi.waitFor(async () => expect(await everConnected()).toBe(ever + 1), PATIENT)
      stop?.()
    })

    it("end with the program's own client", async () => {
      const alone = await onlyOwn(0)
      const { storage, close } = await storageOf()
      storage.watch?.(`${name} end`, () => {})
      await vi.waitFor(async () => expect(await connections()).toBe(alone + 2), PATIENT)
      await close()
      await vi.waitFor(async () => expect(await connections()).toBe(alone), PATIENT)
    })
  })

  it.each([
    ['node-redis 6', () => createClient({ url: redis.url, keyPrefix: 'app:' })],
    ['ioredis 5', () => new IoRedis(redis.url, { ...UNUSUAL })],
    ['ioredis 6', () => new IoRedis6(redis.url, { ...UNUSUAL })],
  ] as const)(
    'come where the client of %s has a key prefix of its own, and is set up in other unusual ways',
    async (name, make) => {
      const client = make() as RedisClient & { connect(): Promise<unknown>; quit(): Promise<unknown> }
      await client.connect()
      onTestFinished(async () => {
        await client.quit()
      })
      const storage = redisStorage(client, options)
      let heard = 0
      const stop = storage.watch?.(name, () => void heard++)
      await vi.waitFor(async () => expect(await hearing()).toBe(1), PATIENT)
      await redisStorage(client).replace(name, null, '1')
      await vi.waitFor(() => expect(heard).toBe(2), PATIENT)
      expect(await admin.exists(`app:latchkey:session:${name}`)).toBe(1)
      stop?.()
    },
  )

  it('are polled for where messages are not allowed, and what is written is kept', async () => {
    await admin.sendCommand(['ACL', 'SETUSER', 'deaf', 'on', '>pass', '~*', '+@all', 'resetchannels'])
    const client = createClient({ url: redis.url, username: 'deaf', password: 'pass' }).on('error', () => {})
    await client.connect()
    onTestFinished(() => client.destroy())
    const storage = redisStorage(client, { ...options, pollMs: 100 * HASTE })
    let heard = 0
    const stop = storage.watch?.('deaf', () => void heard++)
    await vi.waitFor(() => expect(heard).toBe(1), PATIENT)
    expect(await storage.replace('deaf', null, '1')).toBe(true)
    await vi.waitFor(() => expect(heard).toBe(2), PATIENT)
    stop?.()
  })

  const root = new URL('../../', import.meta.url)
  it.each([
    [
      'node-redis 6',
      "createClient } from 'redis'",
      'await createClient({ url }).connect()',
      'client.unref()',
    ],
    [
      'node-redis 5',
      "createClient } from 'redis-5'",
      'await createClient({ url }).connect()',
      'client.unref()',
    ],
    ['ioredis 5', "Redis } from 'ioredis'", 'new Redis(url)', 'client.stream.unref()'],
    ['ioredis 6', "Redis } from 'ioredis-6'", 'new Redis(url)', 'client.stream.unref()'],
  ])(
    'over %s keep no process alive whose client is closed, or keeps none alive itself',
    async (_, from, make, unref) => {
      const ends = ['client.quit()', unref].map((ending) => {
        const program = `
          import { ${from}
          import { redisStorage } from './src/storage/redis-storage.ts'
          const url = ${JSON.stringify(redis.url)}
          const client = ${make}
          redisStorage(client).watch('key', () => {})
          setTimeout(() => ${ending}, 1500)`
        const args = ['--input-type=module', '-e', program]
        const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' })
        onTestFinished(() => void child.kill('SIGKILL'))
        return once(child, 'exit').then(([code]) => code)
      })
      expect(await Promise.all(ends)).toEqual([0, 0])
    },
    30_000,
  )
})
