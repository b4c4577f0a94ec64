import { LatchkeyError } from './latchkey-error.ts'

/**
 * What the storage could not do.
 *
 * - `unavailable`: it can't be used here at all: private mode, blocked by policy, not on this platform.
 * - `failed`: it did not read or write this time: a full disk, a lost connection.
 * - `locked`: its lock was not to be had in time.
 * - `unreadable`: it holds a record that this version does not understand.
 */
export type StorageFailure = 'unavailable' | 'failed' | 'locked' | 'unreadable'

/** The token storage failed. A session that is in memory goes on. */
export class StorageError extends LatchkeyError {
  readonly code = 'storage'
  override readonly name = 'StorageError'
  /** What the storage could not do. */
  readonly failure: StorageFailure

  /** @param cause kept if it is the platform's own; what anybody else threw may quote what was stored */
  constructor(failure: StorageFailure, message: string, { cause }: ErrorOptions = {}) {
    super(message, cause instanceof DOMException ? { cause } : undefined)
    this.failure = failure
  }
}
