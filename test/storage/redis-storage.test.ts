import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { redisStorage } from '../../src/storage/redis-storage.ts'
import { storageContract } from '../../src/testing/index.ts'
import { find } from '../programs.ts'
import { type RedisServer, startRedis } from '../redis.ts'
import { everyRedisClient, redisClusters, redisPools } from './redis-clients.ts'

/** Makes a cluster of a server that is alone. */
async function takeAllSlots({ url }: RedisServer) {
  const client = await createClient({ url }).connect()
  await client.sendCommand(['CLUSTER', 'ADDSLOTSRANGE', '0', '16383'])
  await vi.waitFor(
    async () => expect(String(await client.sendCommand(['CLUSTER', 'INFO']))).toContain('cluster_state:ok'),
    { timeout: 10_000 },
  )
  await client.close()
}

describe.skipIf(!find('redis-server')).for([
  ['one server', [], [...everyRedisClient, ...redisPools]],
  ['a cluster', ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'], redisClusters],
] as const)('redisStorage on a redis-server: %s', ([, settings, clients]) => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis(...settings)
    if (settings.length) await takeAllSlots(redis)
  })
  afterAll(() => redis?.stop())

  describe.for(clients)('keeps the storage contract over %s', ([, connect]) => {
    const make = async () => {
      const [one, another] = await Promise.all([connect(redis.url), connect(redis.url)])
      return {
        storage: redisStorage(one.client, { pollMs: 20 }),
        other: redisStorage(another.client, { pollMs: 20 }),
        dispose: async () => {
          await Promise.all([one.close(), another.close()])
        },
      }
    }
    for (const { name, run } of storageContract(make, { boundMs: 5000 })) it(name, run, 60_000)
  })
})
