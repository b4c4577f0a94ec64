import { memoryStorage, SaferMeClient } from 'latchkey'
import { askAll, populate, tokenBytes, tokensOf } from './pool-population.ts'
import type { Group, Row } from './row.ts'
import { microseconds } from './sample.ts'

const USERS = 100_000
/** The pool's default. */
const FEW = 1000
/** What a session in a pool should not cost beyond its tokens, in bytes. */
const LIMIT_BYTES = 2000

const ALONE = 'a client without a pool: token'
const TOKENS = 'heap of the tokens alone'

export const group: Group = {
  title: `SessionPool of ${USERS.toLocaleString('en')} SaferMe sessions over memoryStorage`,
  measure: async (): Promise<Row[]> => {
    const tokens = tokenBytes(USERS)
    const few = await populate({ storage: memoryStorage(), users: USERS, max: FEW })
    const again = await askAll(few)
    await few.pool.close()
    const all = await populate({ storage: memoryStorage(), users: USERS, max: USERS })
    await askAll(all)
    const fresh = await askAll(all)
    await all.pool.close()
    const alone = new SaferMeClient()
    await alone.session.adopt(tokensOf(0))
    const heap = { unit: 'B', against: TOKENS, limit: LIMIT_BYTES } as const
    const time = { unit: 'µs', against: ALONE } as const
    return [
      { name: TOKENS, unit: 'B', samples: [tokens] },
      { name: 'heap beyond them, 1,000 clients held', ...heap, samples: [few.bytes - tokens] },
      { name: 'heap beyond them, every client held', ...heap, samples: [all.bytes - tokens] },
      { name: ALONE, unit: 'µs', samples: await microseconds(USERS, () => alone.session.getAccessToken()) },
      { name: 'a held one: token', ...time, samples: fresh },
      { name: 'a dropped one: made again, token', ...time, samples: again },
      { name: 'a new one: made, tokens adopted', ...time, samples: all.adopt },
    ]
  },
}
