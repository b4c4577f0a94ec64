import { StorageError } from '../errors/storage-error.ts'

/** What a wait for a lock ends with when it has taken as long as it may. */
export function lockTimeout(waitMs: number): StorageError {
  return new StorageError('locked', `The lock was not to be had within ${waitMs} ms`)
}

/** What whoever held a lock is told when it is somebody else's. */
export function lockLost(): StorageError {
  return new StorageError('locked', 'The lock has been lost')
}
