import type { LatchkeyError } from '../errors/latchkey-error.ts'
import type { EndReason } from '../errors/session-ended-error.ts'

/** A new token was won, by this client. */
export interface Refreshed<Resource = unknown> {
  readonly kind: 'refreshed'
  /** The rest of the answer, without the tokens; absent where it was not as documented. */
  readonly resource?: Resource
  /** When the new token runs out: epoch milliseconds by the server's clock. */
  readonly expiresAt?: number
}

/** Somebody else who shares the session had already refreshed it. */
export interface Adopted {
  readonly kind: 'adopted'
  /** When the token runs out: epoch milliseconds by the server's clock. */
  readonly expiresAt?: number
}

/** The server answered with the token that it was asked to renew. */
export interface Unchanged<Resource = unknown> {
  readonly kind: 'unchanged'
  readonly resource?: Resource
  readonly expiresAt?: number
}

/** Another session took this one's place meanwhile. */
export interface Superseded {
  readonly kind: 'superseded'
}

/** It did not succeed, and may the next time. The session lives. */
export interface TransientFailure {
  readonly kind: 'transient'
  /** What went wrong. */
  readonly error: LatchkeyError
  /** No refresh is sent for so long, in milliseconds. */
  readonly coolDownMs: number
}

/** The session is over. */
export interface Ended {
  readonly kind: 'ended'
  readonly reason: EndReason
}

/** What became of a refresh. */
export type RefreshOutcome<Resource = unknown> =
  | Refreshed<Resource>
  | Adopted
  | Unchanged<Resource>
  | Superseded
  | TransientFailure
  | Ended
