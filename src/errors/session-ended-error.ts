import { LatchkeyError } from './latchkey-error.ts'

/**
 * Why a session is over.
 *
 * - `deleted`: this client ended it.
 * - `revoked`: the server said that it is over.
 * - `expired`: it ran out, and nothing could renew it.
 * - `lost`: an answer that carried new tokens was lost on its way, so the server no longer takes the old ones.
 * - `elsewhere`: another tab, process or machine that shares the session ended it.
 * - `superseded`: another session has taken its place: somebody signed in anew.
 */
export type EndReason = 'deleted' | 'revoked' | 'expired' | 'lost' | 'elsewhere' | 'superseded'

/** The session that the call belonged to ended before the call was done. */
export class SessionEndedError extends LatchkeyError {
  readonly code = 'session_ended'
  override readonly name = 'SessionEndedError'
  /** Why the session is over. */
  readonly reason: EndReason

  constructor(reason: EndReason) {
    super(`The session has ended: ${reason}`)
    this.reason = reason
  }
}
