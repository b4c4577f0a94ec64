/** Where a Clerk session stands. Clerk may add to these. */
export type ClerkSessionStatus =
  | 'active'
  | 'revoked'
  | 'ended'
  | 'expired'
  | 'removed'
  | 'abandoned'
  | 'pending'
  | 'replaced'
  | (string & {})

/** A session token, as Clerk mints it for a session. */
export interface ClerkToken {
  /** The token: a JWT. Its `exp` and `iat` tell how long it lives, 60 seconds by default. */
  readonly jwt: string
}

/** The session token that rides along with a session. */
export interface ClerkLastActiveToken extends ClerkToken {
  readonly object: 'token'
}

/** What a user has yet to do before a `pending` session becomes active. */
export interface ClerkSessionTask {
  /** As `choose-organization`. */
  readonly key: string
}

/** What every form of a Clerk session has. A reverification holds its session in this short form. */
export interface ClerkSessionBase {
  readonly id: string
  readonly object: 'session'
  readonly status: ClerkSessionStatus
  /** When the session runs out: epoch milliseconds. */
  readonly expire_at: number
  /** When the session is given up if nobody uses it: epoch milliseconds. */
  readonly abandon_at: number
  /** When the session was last used: epoch milliseconds. */
  readonly last_active_at: number
  /** The session's current token, where the answer brings it. */
  readonly last_active_token?: ClerkLastActiveToken | null
  /** Who impersonates the user, if anybody: the `act` claim. */
  readonly actor?: Readonly<Record<string, unknown>> | null
  /** What the user has yet to do. */
  readonly tasks?: readonly ClerkSessionTask[] | null
}

/**
 * A session, as Clerk describes it.
 *
 * @see Clerk Frontend API, "Sessions"
 */
export interface ClerkSession extends ClerkSessionBase {
  /** The organization that the session speaks for; `null`: the personal account. */
  readonly last_active_organization_id: string | null
  /** The user, as Clerk's `User` describes them. Not every answer brings it. */
  readonly user?: Readonly<Record<string, unknown>> | null
  /** What others may see of the user. */
  readonly public_user_data: ClerkPublicUserData | null
  /** How long ago the first and the second factor were verified, in this order, in minutes; −1: never. */
  readonly factor_verification_age: readonly number[] | null
  /** When the session began: epoch milliseconds. */
  readonly created_at: number
  /** When the session last changed: epoch milliseconds. */
  readonly updated_at: number
}

/** What others may see of a Clerk user. */
export interface ClerkPublicUserData {
  readonly first_name: string | null
  readonly last_name: string | null
  readonly image_url?: string | null
  /** The image is the user's own, not a default. */
  readonly has_image: boolean
  /** What the user signs in with: an email address, a phone number, a username. */
  readonly identifier: string
  readonly user_id?: string | null
  readonly username?: string | null
  readonly banned?: boolean
  /** The user's directory (SCIM) has taken them out: they can't sign in. */
  readonly deprovisioned?: boolean
}

/**
 * Clerk's client: a browser or a device, and the sessions on it.
 *
 * @see Clerk Frontend API, "Client"
 */
export interface ClerkClientResource {
  readonly object: 'client'
  readonly id: string
  readonly sessions: readonly ClerkSession[]
  /** The sign-in under way, as Clerk's `SignIn` describes it. */
  readonly sign_in: Readonly<Record<string, unknown>> | null
  /** The sign-up under way, as Clerk's `SignUp` describes it. */
  readonly sign_up: Readonly<Record<string, unknown>> | null
  /** Which session was last chosen. */
  readonly last_active_session_id: string | null
  /** How the user last signed in here, as `password` or `oauth_google`. */
  readonly last_authentication_strategy: string | null
  /** When the client's cookie runs out: epoch milliseconds. */
  readonly cookie_expires_at: number | null
  /** The client needs to solve no CAPTCHA. */
  readonly captcha_bypass: boolean
  /** When the client was first seen: epoch milliseconds. */
  readonly created_at: number
  /** When the client last changed: epoch milliseconds. */
  readonly updated_at: number
}

/** Why a session is touched. */
export type ClerkTouchIntent = 'focus' | 'select_session' | 'select_org'

/** What `POST /client/sessions/{session_id}/touch` may be told. */
export interface ClerkTouchInput {
  /** The id or slug of the organization to activate; `null`: the personal account; absent: no change. */
  readonly active_organization_id?: string | null | undefined
  /** Why the session is touched. */
  readonly intent?: ClerkTouchIntent | undefined
}

/** What `POST /client/sessions/{session_id}/tokens` may be told. */
export interface ClerkTokenInput {
  /** The organization that the token is for; `null`: the personal account; absent: the session's previous one. */
  readonly organization_id?: string | null | undefined
}

/**
 * Codes of Clerk's errors that decide something. Clerk has many more.
 *
 * @see Clerk Frontend API, "Errors"
 */
export type ClerkErrorCode =
  | 'authentication_invalid'
  | 'signed_out'
  | 'deprovisioned'
  | 'dev_browser_unauthenticated'
  | 'requires_captcha'
  | 'session_reverification_required'
  | 'user_locked'
  | 'user_banned'
  | 'user_deactivated'
  | 'resource_not_found'
  | 'form_code_incorrect'
  | 'form_password_incorrect'
  | 'missing_expired_token'
  | 'verification_expired'
  | 'verification_failed'
  | 'verification_already_verified'
  | 'verification_code_too_many_requests'
  | 'maintenance_mode'
  | (string & {})

/** One fault, in Clerk's words. */
export interface ClerkErrorDetail {
  /** What is wrong, for developers. */
  readonly message: string
  /** What is wrong, for users. */
  readonly long_message?: string
  /** What is wrong, for programs. */
  readonly code: ClerkErrorCode
  /** More about it, as the field at fault: `{ param_name: 'code' }`. */
  readonly meta?: Readonly<Record<string, unknown>>
}
