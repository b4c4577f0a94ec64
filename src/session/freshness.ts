import type { SessionPolicy, TokenSet } from './protocol.ts'
import type { ServerClock } from './server-clock.ts'

/**
 * - `fresh`: serve it.
 * - `aging`: it still works, and it is time to renew it.
 * - `expired`: it no longer works.
 */
export type Freshness = 'fresh' | 'aging' | 'expired'

/** No refresh follows the last sooner than this, in milliseconds, or than a third of the token's life. */
const SHORTEST_USE_MS = 1000

/**
 * Tells how much life is left in a token.
 *
 * Where the server's clock is unknown, expiry is a hint: a token that seems to have been issued with no more life
 * than the window came from a clock that is off, and is used until the server refuses it.
 */
export function freshnessOf(
  { expiresAt, issuedAt = 0 }: TokenSet,
  clock: ServerClock,
  { refreshWindowMs, minimumLifeMs = 0 }: SessionPolicy,
): Freshness {
  if (expiresAt === undefined) return 'fresh'
  const now = clock.now()
  const left = expiresAt - now
  if (left > refreshWindowMs && left > minimumLifeMs) return 'fresh'
  const life = expiresAt - issuedAt
  if (life <= refreshWindowMs && !clock.known) return 'fresh'
  const age = now - issuedAt
  if (age >= 0 && age < Math.max(SHORTEST_USE_MS, life / 3)) return 'fresh'
  if (left <= minimumLifeMs) return 'expired'
  return left > life / 3 ? 'fresh' : 'aging'
}

/** The moment from which a token is no longer fresh: epoch milliseconds by the server's clock. */
export function agesAt(
  { expiresAt, issuedAt = 0 }: TokenSet,
  { refreshWindowMs, minimumLifeMs = 0 }: SessionPolicy,
): number | undefined {
  if (expiresAt === undefined) return undefined
  const third = Math.max(0, expiresAt - issuedAt) / 3
  const window = Math.max(minimumLifeMs, Math.min(refreshWindowMs, third))
  return Math.max(expiresAt - window, issuedAt + Math.max(SHORTEST_USE_MS, third))
}
