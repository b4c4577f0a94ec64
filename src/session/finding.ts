import type { LatchkeyError } from '../errors/latchkey-error.ts'
import type { Grant } from './protocol.ts'
import type { LiveRecord, SessionRecord, StoredEndReason } from './record.ts'
import type { Stored } from './record-store.ts'

/** What one attempt found out. Nothing of it is in memory yet. */
export type Finding<Resource = unknown> =
  /** What is stored decides: newer tokens, another session, an end. */
  | { readonly kind: 'stands'; readonly stored: Stored; readonly version: number }
  /** New tokens. `stands` is what the storage holds after they were offered; `null`: it could not be told. */
  | {
      readonly kind: 'won'
      readonly record: LiveRecord
      readonly stands: Stored | null
      readonly late: boolean
      readonly grant: Grant<Resource>
    }
  /** The same token came back. */
  | {
      readonly kind: 'unchanged'
      readonly record: LiveRecord
      readonly saved: boolean
      readonly grant: Grant<Resource>
    }
  /** The server says that the session is over, the storage knows no better, and it is not written down yet. */
  | {
      readonly kind: 'refused'
      readonly record: LiveRecord
      readonly stored: Stored
      readonly reason: StoredEndReason
      readonly error: LatchkeyError | undefined
    }
  /** The session is over. `stands` is what the storage holds; `null`: the tombstone could not be written. */
  | { readonly kind: 'ended'; readonly record: SessionRecord; readonly stands: Stored | null }
  | Failed

/** No new tokens this time; the session lives. `record` carries the marks. */
export interface Failed {
  readonly kind: 'failed'
  readonly record: SessionRecord
  /** The storage has been given its tokens. */
  readonly saved: boolean
  readonly error: LatchkeyError
  readonly coolDownMs: number
  /** The same may succeed the next time; if not, the request was at fault. */
  readonly mayPass: boolean
}

/** What an attempt is to renew. */
export interface Task {
  /** The session that it is for. */
  readonly session: string
  /** The access token that is no good, whatever its expiry says. */
  readonly refused: string | undefined
  /** How many attempts have failed before it, in a row. */
  readonly failures: number
  /** What the last of them failed with. */
  readonly lastError: LatchkeyError | undefined
  /** A refusal is not the end: credentials are at hand to sign in with again. */
  readonly reauthenticates: boolean
  /** Ends the wait for the lock. */
  readonly signal: AbortSignal
  /** Puts a user's callback off until the lock has been released. */
  readonly afterwards: (callback: () => void) => void
}
