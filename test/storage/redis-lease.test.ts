import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redisCommands } from '../../src/storage/redis-commands.ts'
import { redisLease } from '../../src/storage/redis-lease.ts'
import { systemClock } from '../../src/support/clock.ts'
import { find } from '../programs.ts'
import { type RedisServer, startRedis } from '../redis.ts'

const LONG_MS = 60_000

describe.skipIf(!find('redis-server'))('a lease in a redis-server', () => {
  let redis: RedisServer
  let client: ReturnType<typeof createClient>
  beforeAll(async () => {
    redis = await startRedis()
    client = createClient({ url: redis.url }).on('error', () => {}) as typeof client
    await client.connect()
  })
  afterAll(async () => {
    client?.destroy()
    await redis?.stop()
  })
  const lease = (key: string) => redisLease(redisCommands(client, LONG_MS, systemClock), key)

  it('is one owner’s, who alone can keep it and give it back', async () => {
    const one = lease('one')
    expect(await one.take('a', LONG_MS)).toBe(true)
    expect(await one.take('b', LONG_MS)).toBe(false)
    expect(await one.keep('b', LONG_MS)).toBe(false)
    await one.release('b')
    expect(await client.get('one')).toBe('a')
    expect(await one.keep('a', LONG_MS)).toBe(true)
    await one.release('a')
    expect(await client.get('one')).toBeNull()
    expect(await one.keep('a', LONG_MS)).toBe(false)
  })

  it('lasts as long as was asked, and as long again when it is kept', async () => {
    const one = lease('long')
    await one.take('a', LONG_MS)
    expect(await client.pTTL('long')).toBeGreaterThan(LONG_MS / 2)
    await client.pExpire('long', 1000)
    await one.keep('a', LONG_MS)
    expect(await client.pTTL('long')).toBeGreaterThan(LONG_MS / 2)
  })

  it('is anybody’s once it has run out', async () => {
    const one = lease('short')
    await one.take('a', LONG_MS)
    await client.pExpire('short', 0)
    expect(await one.take('b', LONG_MS)).toBe(true)
    expect(await one.keep('a', LONG_MS)).toBe(false)
    await one.release('a')
    expect(await client.get('short')).toBe('b')
  })
})
