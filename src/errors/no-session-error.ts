import { LatchkeyError } from './latchkey-error.ts'

/** There is no session: nobody has signed in, or what there was has ended. Nothing was sent. */
export class NoSessionError extends LatchkeyError {
  readonly code = 'no_session'
  override readonly name = 'NoSessionError'

  constructor() {
    super('There is no session: sign in first')
  }
}
