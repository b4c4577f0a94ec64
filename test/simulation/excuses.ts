import type { Ledger, Refresh, SessionFacts } from './ledger.ts'
import type { ModelServer, Tokens } from './model-server.ts'
import type { Plan } from './plan.ts'
import type { SharedStorage } from './shared-storage.ts'
import type { SimClient } from './sim-client.ts'

/** Whoever set a mark this recently may yet write what it won, in milliseconds. */
const YOUNG_MS = 120_000

/** Clients know the server's time to within a second or so; what they do may come that much early or late, in milliseconds. */
export const CLOCK_MS = 2500

/** A lock that was lost with the storage may be held by two for so long, in milliseconds. */
const LONGEST_HOLD_MS = 31_000

/** What an observer of every side knows. */
export interface Observed {
  readonly plan: Plan
  readonly now: number
  /** What the session is stored under. */
  readonly key: string
  readonly server: ModelServer
  readonly storage: SharedStorage
  readonly ledger: Ledger
  readonly clients: readonly SimClient[]
}

/** Private memory took the place of a storage that didn't work: nobody else has had these tokens. */
export function isPrivate(tokens: Tokens, client: SimClient, { ledger, plan }: Observed): boolean {
  if (!wasFailed(client, plan.reach === 'origin' ? 0 : tokens.family.begunAt)) return false
  // Clerk's sessions and Zelf's users are the server's: several sign-ins share one.
  return plan.protocol === 'clerk' || plan.protocol === 'zelf' || isNobodyElses(tokens, ledger)
}

export function isNobodyElses({ family }: Tokens, ledger: Ledger): boolean {
  return family.issued.every((one) => ledger.of(one).storedAt === undefined)
}

/** The session of these tokens that a client's program has ended: signing out may need a live one. */
export function endedBy(
  client: SimClient,
  { family }: Tokens,
  { sessions }: Ledger,
): SessionFacts | undefined {
  return sessions.find(({ families, endedBy }) => families.has(family) && endedBy.has(client))
}

/** What its locks were kept in was lost: two may hold one. */
export function isLockLost({ now, ledger }: Observed): boolean {
  return now - ledger.locksLostAt < LONGEST_HOLD_MS
}

export function wasFailed(client: SimClient, since: number): boolean {
  return client.storageFailedAt >= since
}

/** What came of it did not get back to whoever shares the session, or not in time. */
function isLost({ client, outcome, won, sentAt, clockError }: Refresh, world: Observed): boolean {
  if (client.machine.isDead || wasFailed(client, sentAt) || outcome === 'unclear') return true
  // Its mark says that it was sent long ago, or will be.
  if (clockError > CLOCK_MS) return true
  if (outcome === undefined) return world.now - sentAt >= YOUNG_MS - CLOCK_MS
  if (outcome !== 'won' || !won) return false
  return (
    world.ledger.of(won).storedAt === undefined ||
    (world.ledger.of(won).storedAt ?? 0) < world.ledger.clearedAt
  )
}

/** An answer was lost, or nobody can know that none was. */
export function isInDoubt(tokens: Tokens, world: Observed): boolean {
  const { refreshes, markedBy, isDoublyMarked } = world.ledger.of(tokens)
  return (
    isDoublyMarked ||
    refreshes.some((one) => isLost(one, world)) ||
    // Several were under way.
    refreshes.some((one) => refreshes.some((other) => isUnderWay(other, one.sentAt))) ||
    // Whoever set a mark had no chance to take it back.
    [...markedBy].some((one) => one.machine.isDead || wasFailed(one, tokens.issuedAt))
  )
}

function isUnderWay({ sentAt, settledAt = Number.POSITIVE_INFINITY }: Refresh, at: number): boolean {
  return sentAt < at && at < settledAt
}
