import { ConfigurationError } from '../errors/configuration-error.ts'
import { type Clock, systemClock } from '../support/clock.ts'
import { guard } from '../support/emitter.ts'
import { exclusiveByLease } from './leased-lock.ts'
import { poll } from './polling.ts'
import type { RedisClient } from './redis-client.ts'
import { redisCommands } from './redis-commands.ts'
import { isYes, redisLease } from './redis-lease.ts'
import { redisNotices } from './redis-notices.ts'
import type { TokenStorage } from './token-storage.ts'

const PREFIX = 'latchkey:'
const COMMAND_TIMEOUT_MS = 5000
const POLL_MS = 5000

/** Options of {@link redisStorage}. */
export interface RedisStorageOptions {
  /** What the names of keys and channels begin with. Default: `latchkey:`. */
  readonly prefix?: string
  /**
   * How long Redis keeps a session after its last change, in milliseconds. Default: for ever.
   *
   * A session that is gone was never there: whoever looks for it has to sign in, and a client that still holds its
   * tokens, even of a session that was ended meanwhile, writes them back. So this should be longer than a session may
   * lie idle and than a client may be asleep: no shorter than the life of a refresh token.
   */
  readonly timeToLiveMs?: number
  /** How long a command may take, in milliseconds, before it has failed. Default: 5,000. */
  readonly commandTimeoutMs?: number
  /** How often a watched session is looked at where no message told of a change, in milliseconds. Default: 5,000. */
  readonly pollMs?: number
  /** What leases, waits and polls run on. Default: the platform's clock. */
  readonly clock?: Clock
}

const READ = `return redis.call('HGET', KEYS[1], 'value')`
const STAMP = `return redis.call('HGET', KEYS[1], 'write')`

/**
 * ARGV: the next value, the id of this write, the time to live, the channel, and the expected value unless there
 * should be none. A client that has lost its connection sends a command twice: the second time it finds itself done.
 */
const REPLACE = `
local now = redis.call('HMGET', KEYS[1], 'value', 'write')
if now[2] == ARGV[2] then return 1 end
if (now[1] or nil) ~= ARGV[5] then return 0 end
redis.call('HSET', KEYS[1], 'value', ARGV[1], 'write', ARGV[2])
if ARGV[3] == '' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
redis.pcall('PUBLISH', ARGV[4], '')
return 1`

/**
 * Keeps tokens in a Redis (5 or later, or what speaks like it) that a fleet of machines shares.
 *
 * Every access is a script on one key, so a cluster will do. Changes are heard of by messages, on a copy of the
 * client's connection that is opened while a session is watched; where there is none they are polled for.
 *
 * - The lock is a lease of 12 seconds. A process that dies while it refreshes makes the others wait for so long.
 * - What Redis forgets is lost: with `appendonly yes` it keeps all but the last second through a power failure, with
 *   `appendfsync always` that too. A replica that takes over may lack the latest writes; where those were the tokens
 *   that a refresh had won, the session ends as `lost`. `maxmemory-policy` should be `noeviction`.
 * - It grows by a record for each session, and an ended one leaves some hundred bytes; see `timeToLiveMs`.
 * - Nothing in it is encrypted: `encryptedStorage` does that.
 *
 * @param client a connected client of `redis` 6, or of `ioredis` 5 or 6, as the program has it. It isn't closed here. One
 *   of `redis` 5 will do, but has been seen not to come back when its server did
 * @throws {StorageError} From its methods. `failed`: Redis refused, or could not be reached in time.
 */
export function redisStorage(
  client: RedisClient,
  {
    prefix = PREFIX,
    timeToLiveMs = Number.POSITIVE_INFINITY,
    commandTimeoutMs = COMMAND_TIMEOUT_MS,
    pollMs = POLL_MS,
    clock = systemClock,
  }: RedisStorageOptions = {},
): TokenStorage {
  if (!(timeToLiveMs > 0)) throw new ConfigurationError('timeToLiveMs takes a number above 0')
  const timeToLive = timeToLiveMs === Number.POSITIVE_INFINITY ? '' : String(Math.ceil(timeToLiveMs))
  const command = redisCommands(client, commandTimeoutMs, clock)
  const notices = redisNotices(client, clock)
  const recordOf = (key: string): string => `${prefix}session:${key}`
  const changesOf = (key: string): string => `${prefix}changed:${key}`
  return {
    reach: 'fleet',
    read: async (key) => {
      const value = await command(READ, recordOf(key))
      return value == null ? null : String(value)
    },
    replace: async (key, expected, next) => {
      const args = [next, crypto.randomUUID(), timeToLive, changesOf(key)]
      if (expected !== null) args.push(expected)
      return isYes(await command(REPLACE, recordOf(key), args))
    },
    exclusive: (key, task, options) => {
      const lock = `${prefix}lock:${key}`
      return exclusiveByLease(client, lock, redisLease(command, lock), task, options, clock)
    },
    watch: (key, changed) => {
      const polling = poll(clock, pollMs, () => command(STAMP, recordOf(key)).then(String), guard(changed))
      const stopListening = notices(changesOf(key), polling.look)
      return () => {
        polling.stop()
        stopListening()
      }
    },
  }
}
