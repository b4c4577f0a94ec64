import { Cluster, Redis } from 'ioredis'
import { Cluster as Cluster6, Redis as Redis6 } from 'ioredis-6'
import { type RedisClient, redisStorage, type TokenStorage } from 'latchkey'
import { createClient, createClientPool, createCluster, createSentinel, type RedisClientType } from 'redis'
import { createClient as createClient5, createCluster as createCluster5 } from 'redis-5'
import { describe, expectTypeOf, it } from 'vitest'

/** For what must compile, or must not, and is never run. */
const neverRun = (_: () => unknown): void => {}

describe('redisStorage takes, as they are,', () => {
  it('the clients of node-redis 6', () => {
    neverRun(() => redisStorage(createClient()))
    neverRun(() => redisStorage(createClient({ RESP: 2, url: 'redis://127.0.0.1' })))
    neverRun(() => redisStorage(createClientPool()))
    neverRun(() => redisStorage(createCluster({ rootNodes: [] })))
    neverRun(() => redisStorage(createSentinel({ name: 'main', sentinelRootNodes: [] })))
    expectTypeOf<RedisClientType>().toExtend<RedisClient>()
  })

  it('the clients of node-redis 5', () => {
    neverRun(() => redisStorage(createClient5()))
    neverRun(() => redisStorage(createCluster5({ rootNodes: [] })))
  })

  it('the clients of ioredis 5 and 6', () => {
    neverRun(() => redisStorage(new Redis()))
    neverRun(() => redisStorage(new Cluster([])))
    neverRun(() => redisStorage(new Redis6()))
    neverRun(() => redisStorage(new Cluster6([])))
  })

  it('and nothing that can run no script', () => {
    // @ts-expect-error a Map has no eval
    neverRun(() => redisStorage(new Map()))
    // @ts-expect-error a URL is no client
    neverRun(() => redisStorage('redis://127.0.0.1'))
    expectTypeOf(redisStorage).returns.toEqualTypeOf<TokenStorage>()
  })
})
