import { ApiError } from '../../errors/api-error.ts'
import type { Judgement, SessionPolicy, TokenSet } from '../../session/protocol.ts'
import { isSignedOut } from './errors.ts'

/** What a session token is stored with. */
export interface TokenOrigin {
  /** When the token that it descends from was issued: it decides between two. */
  readonly oiat?: number
  /** What had been dropped of its session when it was asked for; absent: nothing. */
  readonly mark?: string
}

/**
 * Clerk's session tokens: each is minted for itself, so minting one kills no other and can be repeated.
 *
 * @see Clerk Frontend API, "Session tokens"
 */
export const sessionTokenPolicy: SessionPolicy<TokenOrigin> = {
  refreshWindowMs: 15_000,
  early: 'serve',
  repeatable: true,
  minimumLifeMs: 5000,
}

/** Of two tokens of one key: by when their originals were issued, where that is told, then by when they were. */
export function isYounger(one: TokenSet<TokenOrigin>, other: TokenSet<TokenOrigin>): boolean {
  const origins = (one.extra?.oiat ?? 0) - (other.extra?.oiat ?? 0)
  return origins === 0 ? (one.issuedAt ?? 0) > (other.issuedAt ?? 0) : origins > 0
}

/** What a failure to mint means for the tokens at hand. */
export function judgeMinting(error: unknown): Judgement {
  const failure = ApiError.failureOf(error)
  if (!failure || failure.foreign) return { verdict: 'transient', mayHaveActed: true }
  if (isSignedOut(error)) return { verdict: 'revoked', mayHaveActed: false }
  const { retryAfter } = failure
  return {
    verdict: (error as ApiError).mayPass ? 'transient' : 'fault',
    mayHaveActed: false,
    ...(retryAfter !== undefined && { retryAfterMs: retryAfter }),
  }
}
