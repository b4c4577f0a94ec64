import { LatchkeyError } from './latchkey-error.ts'

/**
 * No answer came: the connection failed, was refused, or broke off, or the answer was a redirect where none is
 * followed. The request may or may not have reached the server. `cause` is the platform's own `TypeError`, if there was one.
 */
export class NetworkError extends LatchkeyError {
  readonly code = 'network'
  override readonly name = 'NetworkError'
}
