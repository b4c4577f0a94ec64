import { type Clock, systemClock } from '../support/clock.ts'
import { extendServer, type FakeServer, fakeServer } from './fake-server.ts'
import type { FakeUser } from './fake-user.ts'
import type { Route, ServerAnswer, ServerRequest } from './route.ts'
import { tokenMint } from './token-mint.ts'

const TOKEN_LIFE_MS = 3_600_000
const REFRESH_TOKEN_LIFE_MS = 30 * 24 * 3_600_000
const SERVER_UTC_OFFSET = '+13:00'
const SERVER_UTC_OFFSET_MS = 13 * 3_600_000

/** Options of {@link fakeSaferMe}. */
export interface FakeSaferMeOptions {
  /** What the server's time, delays and tokens are made from. Default: the platform's clock. */
  readonly clock?: Clock
  /** How long an access token is good for, in milliseconds. Default: an hour. */
  readonly tokenLifeMs?: number
  /** How long a refresh token is good for, in milliseconds from when it was issued. Default: 30 days. */
  readonly refreshTokenLifeMs?: number
  /** Who can sign in. Default: `ada@example.com` with the password `correct horse`. */
  readonly users?: readonly FakeUser[]
  /** The one application that the server knows. Default: `com.thundermaps.saferme`. */
  readonly appBundleId?: string
}

/** A session that is alive on a fake SaferMe server, as it stood when it was asked for. */
export interface FakeSaferMeSession {
  readonly email: string
  /** The current access token. It may have run out. */
  readonly accessToken: string
  /** The current refresh token. */
  readonly refreshToken: string
  /** When the access token runs out, in epoch milliseconds by the server's clock. */
  readonly expiresAt: number
  /** How often the session was refreshed. */
  readonly refreshes: number
}

/**
 * A SaferMe server in memory. Its operations are `createSession`, `getSession`, `refreshSession`, `deleteSession`,
 * and `api` for every other path under `/api/v4/`.
 */
export interface FakeSaferMe extends FakeServer {
  /** The sessions that were neither deleted nor revoked, in the order in which they were created. */
  readonly sessions: readonly FakeSaferMeSession[]
  /** How many refreshes were granted, whether or not their answers arrived. */
  readonly refreshes: number
  /** Ends the sessions of one user, or all, on the server: from now on their tokens answer 401. */
  revoke(email?: string): void
  /** Locks an account: signing in answers 422 `account_locked`. Sessions that it has live on. */
  lock(email: string): void
}

interface LiveSession extends FakeSaferMeSession {
  readonly id: number
  readonly refreshableUntil: number
}

const UNAUTHENTICATED: ServerAnswer = { status: 401, body: { errors: ['not authenticated'] } }
const WRONG_CREDENTIALS: ServerAnswer = { status: 401, body: { errors: ['invalid email or password'] } }
const NOT_JSON: ServerAnswer = { status: 415, body: { errors: ['unsupported media type'] } }
const UNKNOWN_APP: ServerAnswer = { status: 422, body: { failures: { app_bundle_id: ['is unknown'] } } }
const LOCKED: ServerAnswer = {
  status: 422,
  body: { errors: ['account locked'], error_codes: { base: [{ error: 'account_locked' }] } },
}

/**
 * Makes a SaferMe server that obeys the API's documented rules: a refresh wants the current pair of tokens and makes
 * it invalid at once, deleting invalidates both tokens, and `Token token=…` is the only scheme.
 *
 * On every other path under `/api/v4/` an authenticated request is answered with what it was:
 * `{ path, method, user_id, body }`. `/api/v4/forbidden` always answers 401.
 */
export function fakeSaferMe({
  clock = systemClock,
  tokenLifeMs = TOKEN_LIFE_MS,
  refreshTokenLifeMs = REFRESH_TOKEN_LIFE_MS,
  users = [{ email: 'ada@example.com', password: 'correct horse' }],
  appBundleId = 'com.thundermaps.saferme',
}: FakeSaferMeOptions = {}): FakeSaferMe {
  const mint = tokenMint(() => clock.random())
  const sessions = new Map<number, LiveSession>()
  const locked = new Set<string>()
  let created = 0
  let refreshed = 0

  const userId = ({ email }: LiveSession): number => users.findIndex((user) => user.email === email) + 1
  const describe = (session: LiveSession): object => ({
    token_expire_at: serverTime(session.expiresAt),
    app_bundle_id: appBundleId,
    branded_app_id: 1,
    client_uuid: uuid(session.id),
    profile: {
      user_id: userId(session),
      preferred_team_id: 2,
      user_uuid: uuid(userId(session)),
      personal_account_option: false,
      consent_required: false,
      profile_details_pending: false,
      password_update_pending: false,
    },
  })
  const issue = (id: number, email: string, refreshes: number, at: number): ServerAnswer => {
    const accessToken = mint('smt_')
    const refreshToken = mint('')
    const [expiresAt, refreshableUntil] = [at + tokenLifeMs, at + refreshTokenLifeMs]
    const session = { id, email, accessToken, refreshToken, expiresAt, refreshableUntil, refreshes }
    sessions.set(id, session)
    const tokens = { access_token: accessToken, refresh_token: refreshToken }
    return { status: 200, body: { session: { ...tokens, ...describe(session) } } }
  }
  const authenticated =
    (act: (session: LiveSession, request: ServerRequest) => ServerAnswer): Route['handle'] =>
    (request) => {
      const token = /^Token token=(\S+)$/.exec(request.headers.get('authorization') ?? '')?.[1]
      const session = [...sessions.values()].find((one) => one.accessToken === token)
      return session && request.at < session.expiresAt ? act(session, request) : UNAUTHENTICATED
    }

  const createSession = withFields(['app_bundle_id', 'email', 'password'], (fields, { at }) => {
    const { app_bundle_id, email, password } = fields
    if (app_bundle_id !== appBundleId) return UNKNOWN_APP
    const user = users.find((one) => one.email === email)
    if (user && locked.has(user.email)) return LOCKED
    return user && user.password === password ? issue(++created, user.email, 0, at) : WRONG_CREDENTIALS
  })
  const refreshSession = withFields(['access_token', 'refresh_token'], (pair, { at }) => {
    const session = [...sessions.values()].find(
      (one) => one.accessToken === pair.access_token && one.refreshToken === pair.refresh_token,
    )
    if (!session || at >= session.refreshableUntil) return UNAUTHENTICATED
    refreshed++
    return issue(session.id, session.email, session.refreshes + 1, at)
  })
  const getSession = authenticated((session) => ({ status: 200, body: { session: describe(session) } }))
  const deleteSession = authenticated((session) => {
    sessions.delete(session.id)
    return { status: 200, body: {} }
  })
  const api = authenticated((session, { method, url, body }) => {
    if (url.pathname === '/api/v4/forbidden') return UNAUTHENTICATED
    const path = url.pathname + url.search
    return { status: 200, body: { path, method, user_id: userId(session), body: parsed(body) } }
  })

  const path = '/api/v4/session'
  const server = fakeServer({
    clock,
    routes: [
      { operation: 'createSession', method: 'POST', path, handle: createSession },
      { operation: 'getSession', method: 'GET', path, handle: getSession },
      { operation: 'refreshSession', method: 'PATCH', path, handle: refreshSession },
      { operation: 'deleteSession', method: 'DELETE', path, handle: deleteSession },
      { operation: 'api', method: '*', path: '/api/v4/*', handle: api },
    ],
  })
  return extendServer(server, {
    get sessions() {
      return [...sessions.values()].map(({ id, refreshableUntil, ...session }) => session)
    },
    get refreshes() {
      return refreshed
    },
    revoke: (email?: string) => {
      for (const one of sessions.values())
        if (email === undefined || one.email === email) sessions.delete(one.id)
    },
    lock: (email: string) => {
      locked.add(email)
    },
  })
}

/** Wants a JSON body with `names` in its `session`, none of them empty. */
function withFields<Name extends string>(
  names: readonly Name[],
  act: (fields: Readonly<Record<Name, unknown>>, request: ServerRequest) => ServerAnswer,
): Route['handle'] {
  return (request) => {
    if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? '')) return NOT_JSON
    const { session } = Object(parsed(request.body)) as { session?: Readonly<Record<Name, unknown>> }
    const missing = session ? names.find((name) => !session[name]) : 'session'
    if (!session || missing) return { status: 422, body: { message: 'client error', param: missing } }
    return act(session, request)
  }
}

function parsed(body: string): unknown {
  if (body === '') return null
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

/** A moment as SaferMe writes it: `2023-02-24T19:05:16.949+13:00`. */
function serverTime(epochMs: number): string {
  return new Date(epochMs + SERVER_UTC_OFFSET_MS).toISOString().replace('Z', SERVER_UTC_OFFSET)
}

function uuid(id: number): string {
  return `00000000-0000-4000-8000-${id.toString(16).padStart(12, '0')}`
}
