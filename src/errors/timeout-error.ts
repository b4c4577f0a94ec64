import { LatchkeyError } from './latchkey-error.ts'

/** A deadline passed before the answer was there. The request may or may not have reached the server. */
export class TimeoutError extends LatchkeyError {
  readonly code = 'timeout'
  override readonly name = 'TimeoutError'
}
