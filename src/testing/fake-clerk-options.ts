import type { Clock } from '../support/clock.ts'
import type { FakeClerkOrganization } from './fake-clerk-organization.ts'
import type { FakeClerkUser } from './fake-clerk-user.ts'

/** A JWT template on a fake Clerk server. */
export interface FakeClerkTemplate {
  /** How long its tokens are good for, in milliseconds, of which whole seconds count. Default: as session tokens. */
  readonly tokenLifeMs?: number
  /** Go in besides the session's own. */
  readonly claims?: Readonly<Record<string, unknown>>
}

/** What a test can change on a fake Clerk server at any time. */
export interface FakeClerkSettings {
  /** Whether each answer replaces the credential that the request carried. Default: false. */
  rotate: boolean
  /** Whether answers bring the client along, errors under `meta.client`; if not it is `null`. Default: true. */
  piggyback: boolean
  /** Whether every session that is shown brings a fresh token as its `last_active_token`. Default: false. */
  lastActiveTokens: boolean
  /** Whether session tokens say in their header, as `oiat`, when they were first issued. Default: false. */
  oiat: boolean
  /** Whether a session token is refused (422) unless `expired_token` in the query is one of its session's. Default: false. */
  wantsExpiredToken: boolean
  /**
   * Whether a request with `credentials: 'include'` carries the cookie of the client that was made last, as in a
   * browser. It is recorded as `cookie`, or as `x-fake-cookie` where the platform lets no program set that.
   * Default: false.
   */
  ambientCookie: boolean
}

/** Options of {@link fakeClerk}. */
export interface FakeClerkOptions extends Partial<Readonly<FakeClerkSettings>> {
  /** What the server's time, delays and tokens are made from. Default: the platform's clock. */
  readonly clock?: Clock
  /** How a browser says who it is: by the `__client` cookie, or by `__clerk_db_jwt`. Default: `production`. */
  readonly instance?: 'production' | 'development'
  /** The path of the proxy in front of the API, such as `/__clerk`, without a slash at its end. Default: none. */
  readonly basePath?: string
  /** How long a session token is good for, in milliseconds, of which whole seconds count. Default: a minute. */
  readonly tokenLifeMs?: number
  /** How long a session lives, in milliseconds. Default: seven days. */
  readonly sessionLifeMs?: number
  /** Default: `user_1`, `ada@example.com`, with the password `correct horse`. */
  readonly users?: readonly FakeClerkUser[]
  /** Default: `org_1`, with the slug `acme`. */
  readonly organizations?: readonly FakeClerkOrganization[]
  /** The JWT templates by name. Default: none. */
  readonly templates?: Readonly<Record<string, FakeClerkTemplate>>
  /** What stands before a client token in `Authorization`, such as `Bearer ` with its space. Default: nothing. */
  readonly clientTokenPrefix?: string
  /** How long a replaced credential stays good once its replacement was used, in milliseconds. Default: 10 s. */
  readonly rotationGraceMs?: number
  /** How many codes a session can have sent to its user in ten minutes before the answer is 429. Default: 5. */
  readonly mostPrepares?: number
  /** How long a code that was sent is good for, in milliseconds. Default: ten minutes. */
  readonly codeLifeMs?: number
}
