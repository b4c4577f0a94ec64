import { LatchkeyError } from './latchkey-error.ts'

/** The program that uses Latchkey asks for something that can't be: a wrong option, another origin, a closed client. */
export class ConfigurationError extends LatchkeyError {
  readonly code = 'configuration'
  override readonly name = 'ConfigurationError'
}
