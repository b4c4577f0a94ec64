/** What KOMS's `POST /session` signs in with, and `POST /user` signs up with. */
export interface KomsCredentials {
  /** The user's email address. */
  readonly email: string
  /**
   * The user's password. For a new user: at least 8 characters, with a lower-case and an upper-case letter, a digit
   * and one of `!@#$%^&*`.
   */
  readonly password: string
}

/** A session as KOMS describes it, without its tokens. */
export interface KomsSession {
  /** How long the access token lives, in seconds from the answer. */
  readonly access_token_expires_in: number
}

/** A user of KOMS. */
export interface KomsUser {
  readonly id: string | number
  readonly email: string
}

/** What KOMS has to say, in words. */
export interface KomsMessage {
  /** As `new user created` or `user already exists`. */
  readonly message: string
}

/**
 * Why KOMS said no.
 *
 * - `missing_field`: an email, a password or an account type was not provided.
 * - `unknown_user`: there is no such user.
 * - `weak_password`, `invalid_email`: as `POST /user` judges them.
 * - `unsupported_account_type`: the server takes no traditional accounts.
 * - `session_gone`: the session no longer exists.
 * - `refresh_token_expired`: the session has run out.
 * - `stale_access_token`: somebody else has refreshed the session.
 * - `unauthorized`: the gateway wants a client id that it knows and an access token that is good.
 * - `server_error`: the server says no more; a wrong password is such a case.
 */
export type KomsReason =
  | 'missing_field'
  | 'unknown_user'
  | 'weak_password'
  | 'invalid_email'
  | 'unsupported_account_type'
  | 'session_gone'
  | 'refresh_token_expired'
  | 'stale_access_token'
  | 'unauthorized'
  | 'server_error'
