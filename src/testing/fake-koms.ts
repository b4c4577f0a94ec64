import { type Clock, systemClock } from '../support/clock.ts'
import { bearerToken } from './bearer.ts'
import { extendServer, type FakeServer, fakeServer } from './fake-server.ts'
import type { FakeUser } from './fake-user.ts'
import { declaresJson, jsonFields, parsedBody } from './json-body.ts'
import { unixSeconds, unsignedJwt, wholeSecondExpiry } from './jwt.ts'
import type { Route, ServerAnswer, ServerRequest } from './route.ts'
import { tokenMint } from './token-mint.ts'

const TOKEN_LIFE_MS = 3_600_000
const REFRESH_TOKEN_LIFE_MS = 30 * 24 * 3_600_000
/** `access_token_expires_in` is unsigned, in 32 bits. */
const MOST_SECONDS = 2 ** 32 - 1

/** Options of {@link fakeKoms}. */
export interface FakeKomsOptions {
  /** What the server's time, delays and tokens are made from. Default: the platform's clock. */
  readonly clock?: Clock
  /** The one client application that the gateway knows, for `x-koms-clientid`. Default: `client-1`. */
  readonly clientId?: string
  /** How long an access token is good for, in milliseconds, of which whole seconds count. Default: an hour. */
  readonly tokenLifeMs?: number
  /** How long a refresh token is good for, in milliseconds from the sign-in. Default: 30 days. */
  readonly refreshTokenLifeMs?: number
  /** Who can sign in at first. Default: `ada@example.com` with the password `Correct-horse-1!`. */
  readonly users?: readonly FakeUser[]
  /** The gateway's stage, such as `/dev`, without a slash at its end. Default: none. */
  readonly basePath?: string
}

/** A session that is alive on a fake KOMS server, as it stood when it was asked for. */
export interface FakeKomsSession {
  readonly email: string
  /** The most recent access token. It may have run out. */
  readonly accessToken: string
  /** The refresh token, which stays the same for all of the session's life. */
  readonly refreshToken: string
  /** When the access token runs out, in epoch milliseconds by the server's clock. */
  readonly expiresAt: number
  /** How often the session was given a new access token. */
  readonly refreshes: number
}

/**
 * A KOMS server in memory. Its operations are `createSession`, `refreshSession`, `getSession`, `deleteSession`,
 * `createUser`, `getUser`, and `api` for every other path under the base path.
 */
export interface FakeKoms extends FakeServer {
  /** The sessions that were neither deleted nor revoked, in the order in which they were created. */
  readonly sessions: readonly FakeKomsSession[]
  /** How many new access tokens were issued by refreshing, whether or not the answers arrived. */
  readonly refreshes: number
  /** Ends the sessions of one user, or all, on the server: from now on their tokens answer 401. */
  revoke(email?: string): void
}

interface LiveSession extends FakeKomsSession {
  readonly refreshableUntil: number
}

type Fields = Readonly<Record<string, unknown>>

const refused = (status: number, message: string): ServerAnswer => ({ status, body: { message } })
const invalid = (message: string): ServerAnswer => ({
  status: 500,
  body: { name: 'InvalidEmailOrPassword', message },
})

const GATEWAY_UNAUTHORIZED = refused(401, 'Unauthorized')
const GATEWAY_NOT_JSON = refused(415, 'Unsupported Media Type')
/** What the gateway makes of a function that failed: here, on a body that is no JSON object. */
const GATEWAY_FAILED = refused(502, 'Internal server error')
const NO_SESSION = refused(401, 'session no longer exists')
const REFRESH_TOKEN_EXPIRED = refused(401, 'refresh_token is expired')
const NOT_MOST_RECENT = refused(401, 'can only refresh most recently expired access token')
const WRONG_PASSWORD: ServerAnswer = { status: 500, body: { name: 'server_error', message: 'server error' } }
const PASSWORD_NEEDS = [/.{8}/, /[a-z]/, /[A-Z]/, /\d/, /[!@#$%^&*]/]

/**
 * Makes a KOMS server that does what the API's reference server was seen to do: the user's mistakes are answered
 * with 500, a refresh before expiry changes nothing, and one after it makes all earlier access tokens worthless.
 *
 * On every other path under the base path an authenticated request is answered with what it was:
 * `{ path, method, user_id, body }`, whatever its content type. `/forbidden` always answers 401.
 */
export function fakeKoms({
  clock = systemClock,
  clientId = 'client-1',
  tokenLifeMs = TOKEN_LIFE_MS,
  refreshTokenLifeMs = REFRESH_TOKEN_LIFE_MS,
  users = [{ email: 'ada@example.com', password: 'Correct-horse-1!' }],
  basePath = '',
}: FakeKomsOptions = {}): FakeKoms {
  const mint = tokenMint(() => clock.random())
  const accounts = [...users]
  const sessions = new Map<string, LiveSession>()
  let refreshed = 0

  const userId = (email: string): string => `user-${accounts.findIndex((user) => user.email === email) + 1}`
  const issue = (email: string, at: number): { accessToken: string; expiresAt: number } => {
    const expiresAt = wholeSecondExpiry(at, tokenLifeMs)
    const claims = { sub: userId(email), iat: unixSeconds(at), exp: unixSeconds(expiresAt) }
    return { accessToken: unsignedJwt(claims, mint('')), expiresAt }
  }
  const tokens = (session: LiveSession, at: number): ServerAnswer => ({
    status: 200,
    body: {
      access_token: session.accessToken,
      refresh_token: session.refreshToken,
      access_token_expires_in: secondsLeft(session, at),
    },
  })

  const known =
    (act: Route['handle']): Route['handle'] =>
    (request) =>
      request.headers.get('x-koms-clientid') === clientId ? act(request) : GATEWAY_UNAUTHORIZED
  const wantsJson = (act: Route['handle']): Route['handle'] =>
    known((request) => (declaresJson(request.headers) ? act(request) : GATEWAY_NOT_JSON))
  const withFields = (act: (fields: Fields, request: ServerRequest) => ServerAnswer): Route['handle'] =>
    wantsJson((request) => {
      const fields = jsonFields(request.body)
      return fields ? act(fields, request) : GATEWAY_FAILED
    })
  const authenticated =
    (act: (session: LiveSession, request: ServerRequest) => ServerAnswer): Route['handle'] =>
    (request) => {
      const token = bearerToken(request.headers)
      const session = [...sessions.values()].find((one) => one.accessToken === token)
      return session && request.at < session.expiresAt ? act(session, request) : GATEWAY_UNAUTHORIZED
    }

  const createSession = withFields((fields, { at }) => {
    const { account_type, email, password } = fields
    const mistake = accountMistake(account_type, email, password)
    if (mistake) return mistake
    const user = accounts.find((one) => one.email === email)
    if (!user) return refused(500, 'user not found')
    if (user.password !== password) return WRONG_PASSWORD
    const refreshToken = mint('')
    const refreshableUntil = at + refreshTokenLifeMs
    const session = {
      email: user.email,
      ...issue(user.email, at),
      refreshToken,
      refreshableUntil,
      refreshes: 0,
    }
    sessions.set(refreshToken, session)
    return tokens(session, at)
  })
  const refreshSession = withFields(({ refresh_token }, { headers, at }) => {
    const accessToken = bearerToken(headers)
    if (!accessToken) return GATEWAY_UNAUTHORIZED
    const session = sessions.get(String(refresh_token))
    if (!session) return NO_SESSION
    if (at >= session.refreshableUntil) return REFRESH_TOKEN_EXPIRED
    if (accessToken !== session.accessToken) return NOT_MOST_RECENT
    if (at < session.expiresAt) return tokens(session, at)
    refreshed++
    const renewed = { ...session, ...issue(session.email, at), refreshes: session.refreshes + 1 }
    sessions.set(session.refreshToken, renewed)
    return tokens(renewed, at)
  })
  const getSession = authenticated((session, { at }) => ({
    status: 200,
    body: { access_token_expires_in: secondsLeft(session, at) },
  }))
  const deleteSession = authenticated((session, { body }) => {
    const { refresh_token } = jsonFields(body) ?? {}
    if (!refresh_token) return GATEWAY_FAILED
    if (refresh_token !== session.refreshToken) return NO_SESSION
    sessions.delete(session.refreshToken)
    return { status: 200, body: { message: 'session deleted' } }
  })
  const createUser = withFields(({ account_type, email, password }) => {
    const mistake = accountMistake(account_type, email, password)
    if (mistake) return mistake
    const user = { email: String(email), password: String(password) }
    const existing = accounts.find((one) => one.email === user.email)
    if (existing?.password === user.password) return { status: 200, body: { message: 'user already exists' } }
    if (existing) return WRONG_PASSWORD
    if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(user.email)) return invalid('Invalid email format')
    if (!PASSWORD_NEEDS.every((need) => need.test(user.password))) return invalid('Weak password strength')
    accounts.push(user)
    return { status: 200, body: { message: 'new user created' } }
  })
  const getUser = authenticated(({ email }) => ({ status: 200, body: { id: userId(email), email } }))
  const api = authenticated(({ email }, { method, url, body }) => {
    if (url.pathname === `${basePath}/forbidden`) return GATEWAY_UNAUTHORIZED
    const path = url.pathname + url.search
    return { status: 200, body: { path, method, user_id: userId(email), body: parsedBody(body) } }
  })

  const [session, user] = [`${basePath}/session`, `${basePath}/user`]
  const server = fakeServer({
    clock,
    routes: [
      { operation: 'createSession', method: 'POST', path: session, handle: createSession },
      { operation: 'refreshSession', method: 'PUT', path: session, handle: refreshSession },
      { operation: 'getSession', method: 'GET', path: session, handle: wantsJson(getSession) },
      { operation: 'deleteSession', method: 'DELETE', path: session, handle: wantsJson(deleteSession) },
      { operation: 'createUser', method: 'POST', path: user, handle: createUser },
      { operation: 'getUser', method: 'GET', path: user, handle: wantsJson(getUser) },
      { operation: 'api', method: '*', path: `${basePath}/*`, handle: known(api) },
    ],
  })
  return extendServer(server, {
    get sessions() {
      return [...sessions.values()].map(({ refreshableUntil, ...live }) => live)
    },
    get refreshes() {
      return refreshed
    },
    revoke: (email?: string) => {
      for (const one of sessions.values())
        if (email === undefined || one.email === email) sessions.delete(one.refreshToken)
    },
  })
}

/** What is wrong with the fields that signing in and signing up share. */
function accountMistake(accountType: unknown, email: unknown, password: unknown): ServerAnswer | undefined {
  if (!accountType) return refused(500, 'missing account_type in request')
  if (accountType !== 'traditional') return refused(500, 'unsupported account_type')
  return email && password ? undefined : invalid('The email or password was not provided')
}

function secondsLeft({ expiresAt }: LiveSession, at: number): number {
  return Math.min(MOST_SECONDS, Math.floor((expiresAt - at) / 1_000))
}
