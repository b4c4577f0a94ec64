import type { FakeClerkUser } from './fake-clerk-user.ts'

const MINUTE_MS = 60_000

/** What can be said of a Clerk session. */
export type FakeClerkSessionStatus =
  | 'active'
  | 'pending'
  | 'revoked'
  | 'ended'
  | 'expired'
  | 'removed'
  | 'abandoned'
  | 'replaced'

/** A session as a fake Clerk server keeps it. All times are epoch milliseconds. */
export interface ClerkSession {
  readonly id: string
  readonly user: FakeClerkUser
  readonly tasks: readonly string[]
  readonly actor: object | null
  readonly createdAt: number
  readonly expireAt: number
  readonly abandonAt: number
  /** As it was last set; time may have made it another, see {@link statusAt}. */
  status: FakeClerkSessionStatus
  organizationId: string | null
  lastActiveAt: number
  updatedAt: number
  firstFactorVerifiedAt: number | null
  secondFactorVerifiedAt: number | null
}

/** Answers a session's status, which time alone may end. */
export function statusAt({ status, expireAt, abandonAt }: ClerkSession, at: number): FakeClerkSessionStatus {
  if (status !== 'active' && status !== 'pending') return status
  if (at >= abandonAt) return 'abandoned'
  return at >= expireAt ? 'expired' : status
}

/** Whether a session can still do anything. */
export function isUsable(session: ClerkSession, at: number): boolean {
  const status = statusAt(session, at)
  return status === 'active' || status === 'pending'
}

/** Answers how many minutes ago each factor was verified; -1: never. */
export function factorVerificationAge(session: ClerkSession, at: number): readonly [number, number] {
  const age = (verifiedAt: number | null): number =>
    verifiedAt === null ? -1 : Math.floor((at - verifiedAt) / MINUTE_MS)
  return [age(session.firstFactorVerifiedAt), age(session.secondFactorVerifiedAt)]
}
