/** The tokens of a session, and what is known of their life. */
export interface TokenSet<Extra = unknown> {
  /** What requests are authorized with. */
  readonly accessToken: string
  /** What a new access token is got with, where the API has such a thing. */
  readonly refreshToken?: string
  /** When the access token runs out: epoch milliseconds by the server's clock. Absent: unknown. */
  readonly expiresAt?: number
  /** When the access token was issued: epoch milliseconds by the server's clock. */
  readonly issuedAt?: number
  /** Whatever else renewal needs. It is stored with the tokens, so it must be JSON. */
  readonly extra?: Extra
}

/** Tokens as an answer grants them: their life may also be told as a span. */
export interface GrantedTokens<Extra = unknown> extends TokenSet<Extra> {
  /** How long the access token lives, in milliseconds from now, where the API doesn't say until when. */
  readonly expiresInMs?: number
}

/** What a sign-in or a refresh won. */
export interface Grant<Resource = unknown, Extra = unknown> {
  /** The new tokens. They have been checked. */
  readonly tokens: GrantedTokens<Extra>
  /**
   * The rest of the answer, without the tokens. It is called once the tokens are safe, and may throw where the
   * rest is not as documented: that never costs a session.
   */
  resource(): Resource
}

/**
 * What happens in the time before an access token runs out, {@link SessionPolicy.refreshWindowMs} long.
 *
 * - `serve`: the current token is served while a new one is fetched in the background.
 * - `wait`: callers wait for the new one, since fetching it makes the current one invalid.
 * - `never`: nothing; a refresh ahead of expiry gains nothing.
 */
export type EarlyRefresh = 'serve' | 'wait' | 'never'

/**
 * What a failure says about the session.
 *
 * - `transient`: nothing; it may pass.
 * - `stale`: somebody else has refreshed; the storage knows more.
 * - `revoked`: the server said in so many words that the session is over.
 * - `expired`: what would renew the session has run out.
 * - `fault`: the request was at fault, not the session.
 */
export type Verdict = 'transient' | 'stale' | 'revoked' | 'expired' | 'fault'

/** What was asked of the server when it failed. */
export type Phase = 'create' | 'refresh' | 'revoke'

/** How an API's sessions are to be treated. */
export interface SessionPolicy<Extra = unknown> {
  /** How long before expiry a refresh may start, in milliseconds. At most a third of the token's life is used. */
  readonly refreshWindowMs: number
  /** What happens in that window. */
  readonly early: EarlyRefresh
  /** A refresh may be sent twice with the same tokens without harm. */
  readonly repeatable: boolean
  /** A token with less than this left to live is not handed out, in milliseconds. Default: 0. */
  readonly minimumLifeMs?: number
  /** These tokens can be renewed. Default: those with a refresh token or an `extra` can. */
  renewable?(tokens: TokenSet<Extra>): boolean
  /** Of two token sets of one generation, the first is to be kept. Default: the one that is stored. */
  supersedes?(candidate: TokenSet<Extra>, current: TokenSet<Extra>): boolean
}

/** A failure, as the engine needs to see it. */
export interface Judgement {
  readonly verdict: Verdict
  /** The server may have acted on the request, for all that is known. */
  readonly mayHaveActed: boolean
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs?: number
}

/** What a send that happens under a lock must keep to. */
export interface UnderLock {
  /** Puts a call of a user's callback off until the lock has been released. */
  readonly afterwards: (callback: () => void) => void
}

/**
 * The API as the engine sees it: a policy, and ways to create, refresh and revoke. How they are sent
 * is not the engine's business.
 */
export interface SessionBackend<Credentials = unknown, Resource = unknown, Extra = unknown>
  extends SessionPolicy<Extra> {
  /** What a record belongs to: protocol, base URL, application or client. */
  readonly audience: string
  create(credentials: Credentials, lock?: UnderLock): Promise<Grant<Resource, Extra>>
  /** Called for tokens that are {@link SessionPolicy.renewable}. */
  refresh(tokens: TokenSet<Extra>, lock?: UnderLock): Promise<Grant<Resource, Extra>>
  /** Absent: the API has no such thing. */
  revoke?: ((tokens: TokenSet<Extra>) => Promise<void>) | undefined
  judge(error: unknown, during: Phase): Judgement
}
