import { setTimeout as pause } from 'node:timers/promises'
import { SaferMeClient, SessionPool, type TokenStorage } from 'latchkey'
import { heapInUse, microseconds } from './sample.ts'

const TOKEN_LENGTH = 43
const LIFE_MS = 24 * 3_600_000

/** A user's tokens, of the length that SaferMe's have. Flat strings, as JSON makes them. */
export function tokensOf(user: number): {
  accessToken: string
  refreshToken: string
  expiresAt: number
} {
  const token = (kind: string): string => `${kind}${user}`.padEnd(TOKEN_LENGTH, 'x')
  return JSON.parse(
    JSON.stringify({
      accessToken: token('access-'),
      refreshToken: token('refresh-'),
      expiresAt: Date.now() + LIFE_MS,
    }),
  ) as ReturnType<typeof tokensOf>
}

/** What the tokens of one user take up in the heap by themselves, in bytes. */
export function tokenBytes(users: number): number {
  const kept: string[] = []
  const before = heapInUse()
  for (let user = 0; user < users; user++) {
    const { accessToken, refreshToken } = tokensOf(user)
    kept.push(accessToken, refreshToken)
  }
  const bytes = (heapInUse() - before) / users
  if (kept.length !== 2 * users) throw new Error('They were collected')
  return bytes
}

/** How a pool is filled. */
export interface Filling {
  readonly storage: TokenStorage
  readonly users: number
  readonly max: number
  /** How many at the same time. Default: one after the other. */
  readonly atOnce?: number
  /** How long to wait before the heap is measured, in milliseconds, for what timers still hold. Default: 0. */
  readonly restMs?: number
}

/** A pool full of users, and what was measured meanwhile. */
export interface Population extends Filling {
  readonly pool: SessionPool<SaferMeClient>
  /** How long each took to be made and to adopt its tokens, in microseconds. */
  readonly adopt: readonly number[]
  /** What each takes up in the heap, tokens and all, in bytes. */
  readonly bytes: number
}

/** Fills a pool over `storage` with users who are all signed in. */
export async function populate(filling: Filling): Promise<Population> {
  const { storage, users, max, atOnce, restMs = 0 } = filling
  const pool = new SessionPool({ storage, max, client: (_, storage) => new SaferMeClient({ storage }) })
  await pause(restMs)
  const before = heapInUse()
  const adopt = await microseconds(
    users,
    (user) => pool.use(keyOf(user), ({ session }) => session.adopt(tokensOf(user))),
    atOnce,
  )
  await pause(restMs)
  return { ...filling, pool, adopt, bytes: (heapInUse() - before) / users }
}

/** Asks for every user's token once, as each of their requests does. */
export function askAll({ pool, users, atOnce }: Population): Promise<number[]> {
  return microseconds(
    users,
    (user) => pool.use(keyOf(user), ({ session }) => session.getAccessToken()),
    atOnce,
  )
}

function keyOf(user: number): string {
  return `user-${user}`
}
