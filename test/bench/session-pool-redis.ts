import { redisStorage } from 'latchkey'
import { createClient } from 'redis'
import { find } from '../programs.ts'
import { startRedis } from '../redis.ts'
import { askAll, populate, tokenBytes } from './pool-population.ts'
import type { Group, Row } from './row.ts'
import { microseconds } from './sample.ts'

const USERS = 100_000
/** The pool's default. */
const FEW = 1000
/** As many requests as a busy service answers at the same time. */
const AT_ONCE = 64
/** So long may what is left of a command take up memory, in milliseconds. */
const COMMAND_TIMEOUT_MS = 5000
/** What a session in a pool should not cost beyond its tokens, in bytes. */
const LIMIT_BYTES = 2000

const ROUND_TRIP = 'one command to Redis and back'

export const group: Group = {
  title: `SessionPool of ${USERS.toLocaleString('en')} SaferMe sessions over redisStorage, ${AT_ONCE} uses at once`,
  measure: async (): Promise<Row[] | string> => {
    if (!find('redis-server')) return 'there is no redis-server on this machine'
    await using server = await startRedis()
    const client = createClient({ url: server.url })
    await client.connect()
    const roundTrip = await microseconds(USERS, (user) => client.get(`user-${user}`), AT_ONCE)
    const tokens = tokenBytes(USERS)
    const filling = { users: USERS, atOnce: AT_ONCE, restMs: COMMAND_TIMEOUT_MS + 1000 }
    const few = await populate({ ...filling, storage: redisStorage(client), max: FEW })
    const again = await askAll(few)
    await few.pool.close()
    const all = await populate({ ...filling, storage: redisStorage(client, { prefix: 'held:' }), max: USERS })
    const fresh = await askAll(all)
    await all.pool.close()
    await client.close()
    // Where few are held, most tokens are not in this process at all.
    const heap = { unit: 'B', limit: LIMIT_BYTES } as const
    const time = { unit: 'µs', against: ROUND_TRIP } as const
    return [
      { name: 'heap, 1,000 clients held', ...heap, samples: [few.bytes] },
      { name: 'heap beyond the tokens, every client held', ...heap, samples: [all.bytes - tokens] },
      { name: ROUND_TRIP, unit: 'µs', samples: roundTrip },
      { name: 'a held one: token', ...time, samples: fresh },
      { name: 'a dropped one: made again, token', ...time, samples: again },
      { name: 'a new one: made, tokens adopted', ...time, samples: all.adopt },
    ]
  },
}
