import type { Lease } from './leased-lock.ts'
import type { RedisCommand } from './redis-commands.ts'

/** Taken again by its owner it is kept: a client that has lost its connection sends a command twice. */
const TAKE = `
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`

const KEEP = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`

const RELEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`

/** A lease in a key that holds its owner, and that Redis removes when it has run out. */
export function redisLease(command: RedisCommand, key: string): Lease {
  const release = async (owner: string): Promise<void> => {
    await command(RELEASE, key, [owner])
  }
  return {
    take: async (owner, leaseMs) => {
      const giveBack = (): void => void release(owner).catch(() => {})
      return isYes(await command(TAKE, key, [owner, String(leaseMs)], giveBack))
    },
    keep: async (owner, leaseMs) => isYes(await command(KEEP, key, [owner, String(leaseMs)])),
    release,
  }
}

/** Clients can be told to make strings of numbers. */
export function isYes(reply: unknown): boolean {
  return String(reply) === '1'
}
