import { Cluster as IoCluster, Redis as IoRedis } from 'ioredis'
import { Cluster as IoCluster6, Redis as IoRedis6 } from 'ioredis-6'
import { createClient, createClientPool, createCluster } from 'redis'
import { createClient as createClient5 } from 'redis-5'
import type { RedisClient } from '../../src/storage/redis-client.ts'

/** A client with a connection of its own, and how it is closed. */
export interface Connected {
  readonly client: RedisClient
  close(): Promise<unknown>
}

type Connect = (url: string) => Promise<Connected>

/** Clients tell of what tests do to their server. */
const quiet = (): void => {}

const nodeRedis: Connect = async (url) => {
  const client = createClient({ url }).on('error', quiet)
  await client.connect()
  return { client, close: () => client.close() }
}

const nodeRedis5: Connect = async (url) => {
  const client = createClient5({ url }).on('error', quiet)
  await client.connect()
  return { client, close: () => client.close() }
}

const nodeRedisPool: Connect = async (url) => {
  const client = createClientPool({ url }).on('error', quiet)
  await client.connect()
  return { client, close: () => client.close() }
}

const nodeRedisCluster: Connect = async (url) => {
  const client = createCluster({ rootNodes: [{ url }] }).on('error', quiet)
  await client.connect()
  return { client, close: () => client.close() }
}

const ioRedis = (client: RedisClient & { on: unknown; quit(): Promise<unknown> }): Connected => {
  ;(client as IoRedis).on('error', quiet)
  return { client, close: () => client.quit() }
}

/** The clients of one server that programs have, by name. */
export const redisClients: readonly (readonly [string, Connect])[] = [
  ['node-redis 6', nodeRedis],
  ['ioredis 5', async (url) => ioRedis(new IoRedis(url))],
  ['ioredis 6', async (url) => ioRedis(new IoRedis6(url))],
]

/** And one that does not always come back when its server does. */
export const everyRedisClient: readonly (readonly [string, Connect])[] = [
  ...redisClients,
  ['node-redis 5', nodeRedis5],
]

export const redisPools: readonly (readonly [string, Connect])[] = [['a pool of node-redis', nodeRedisPool]]

export const redisClusters: readonly (readonly [string, Connect])[] = [
  ['a cluster of node-redis', nodeRedisCluster],
  ['a cluster of ioredis 5', async (url) => ioRedis(new IoCluster([url]))],
  ['a cluster of ioredis 6', async (url) => ioRedis(new IoCluster6([url]))],
]
