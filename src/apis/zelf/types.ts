/** What Zelf's `POST /api/sessions` makes a session for. */
export interface ZelfCredentials {
  /** The unique id of the device or session: 1 to 1,024 characters. */
  readonly identifier: string
}

/** A session as Zelf describes it, without its token. Older servers tell nothing of it. */
export interface ZelfSession {
  /** When it began: Unix seconds. */
  readonly activatedAt?: number
  /** When its token runs out: Unix seconds. */
  readonly expiresAt?: number
}
