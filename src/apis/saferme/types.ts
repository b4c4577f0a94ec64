/** What SaferMe's `POST /api/v4/session` signs in with. */
export interface SaferMeCredentials {
  /** The user's email address. */
  readonly email: string
  /** The user's password. */
  readonly password: string
}

/**
 * A session as SaferMe v4 describes it, without its tokens: those are the client's, and
 * `session.getAccessToken()` gives the one that a program may need.
 */
export interface SaferMeSession {
  /** When the access token runs out, by the server's clock: ISO 8601 with milliseconds and an offset. */
  readonly token_expire_at: string
  /** The bundle id of the app that the session belongs to. */
  readonly app_bundle_id: string
  /** The id of the branded app. */
  readonly branded_app_id: number
  /** A UUID, or `null`. Older answers omit it. */
  readonly client_uuid?: string | null
  /** The signed-in user. */
  readonly profile: SaferMeProfile
}

/** The signed-in user, as a SaferMe session describes them. */
export interface SaferMeProfile {
  readonly user_id: number
  /** The team that the user prefers, if any. */
  readonly preferred_team_id?: number | null
  /** A UUID. */
  readonly user_uuid: string
  readonly personal_account_option: boolean
  /** The user has yet to consent to the terms. */
  readonly consent_required: boolean
  /** The user has yet to fill in their profile. */
  readonly profile_details_pending: boolean
  /** The user has yet to choose a new password. */
  readonly password_update_pending: boolean
}

/** What SaferMe's v4 API says is wrong with which field; `base` is the request as a whole. */
export type SaferMeFields = Readonly<Record<string, readonly string[]>>
