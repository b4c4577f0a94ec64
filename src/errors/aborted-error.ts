import { LatchkeyError } from './latchkey-error.ts'

/** The caller's own signal stopped the operation. Its `name` is `AbortError`, as the platform's is. */
export class AbortedError extends LatchkeyError {
  readonly code = 'aborted'
  override readonly name = 'AbortError'
}
