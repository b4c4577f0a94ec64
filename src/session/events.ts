import type { ResponseValidationError } from '../errors/response-validation-error.ts'
import type { EndReason } from '../errors/session-ended-error.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { Adopted, Refreshed, TransientFailure } from './outcome.ts'

/** What `session.on` tells of. No payload holds a token. */
export interface SessionEvents {
  /** Somebody signed in, or tokens were adopted from elsewhere, through this client. */
  readonly created: SessionBegan
  /** A stored session was found. */
  readonly restored: SessionBegan
  /** This client refreshed the session. */
  readonly refreshed: Refreshed
  /** Somebody else who shares the storage signed in or refreshed. */
  readonly adopted: Adopted
  /** A refresh did not succeed. The session lives, and it will be tried again. */
  readonly refreshFailed: TransientFailure
  /** The session is over. */
  readonly ended: SessionEnded
  /** The token storage failed. The session goes on in memory. */
  readonly storageFailed: { readonly error: StorageError }
  /** An answer was not as documented, and was let through. */
  readonly drift: { readonly error: ResponseValidationError }
}

/** A session is there. */
export interface SessionBegan {
  /** When its access token runs out: epoch milliseconds by the server's clock; absent: unknown. */
  readonly expiresAt?: number
}

/** A session is over. */
export interface SessionEnded {
  readonly reason: EndReason
}
