import { type Clock, systemClock } from '../support/clock.ts'
import { bearerToken } from './bearer.ts'
import { extendServer, type FakeServer, fakeServer } from './fake-server.ts'
import { declaresJson, jsonFields, parsedBody } from './json-body.ts'
import { unixSeconds, unsignedJwt, wholeSecondExpiry } from './jwt.ts'
import type { Route, ServerAnswer } from './route.ts'
import { tokenMint } from './token-mint.ts'

const TOKEN_LIFE_MS = 600_000

/** Options of {@link fakeZelf}. */
export interface FakeZelfOptions {
  /** What the server's time, delays and tokens are made from. Default: the platform's clock. */
  readonly clock?: Clock
  /** How long a token is good for, in milliseconds, of which whole seconds count. Default: ten minutes. */
  readonly tokenLifeMs?: number
  /**
   * How a program can tell when its token runs out. Default: `fields`.
   *
   * - `fields`: by `activatedAt` and `expiresAt` beside the token, as newer servers do, and by the token's `exp`.
   * - `jwt`: by the token's `exp` only.
   * - `none`: not at all, the token is an opaque string.
   */
  readonly expiry?: 'fields' | 'jwt' | 'none'
}

/** A session that was created on a fake Zelf server. One identifier may have several. */
export interface FakeZelfSession {
  readonly identifier: string
  /** Its token. It may have run out. */
  readonly token: string
  /** When the token runs out, in epoch milliseconds by the server's clock. */
  readonly expiresAt: number
}

/** A Zelf server in memory. Its operations are `createSession`, and `api` for every other path. */
export interface FakeZelf extends FakeServer {
  /** The sessions that were not revoked, in the order in which they were created. */
  readonly sessions: readonly FakeZelfSession[]
  /** Ends the sessions of one identifier, or all, on the server: from now on their tokens answer 401. */
  revoke(identifier?: string): void
}

const UNAUTHORIZED: ServerAnswer = { status: 401, body: { error: 'Unauthorized' } }
const INVALID_IDENTIFIER: ServerAnswer = {
  status: 400,
  body: { validationError: 'identifier must be a non-empty string' },
}

/**
 * Makes a Zelf server that obeys the API's documented rules: creating again with the same identifier gives another
 * token, and the earlier one stays good until it runs out.
 *
 * On every other path an authenticated request is answered with what it was: `{ path, method, identifier, body }`.
 * `/forbidden` always answers 401.
 */
export function fakeZelf({
  clock = systemClock,
  tokenLifeMs = TOKEN_LIFE_MS,
  expiry = 'fields',
}: FakeZelfOptions = {}): FakeZelf {
  const mint = tokenMint(() => clock.random())
  const sessions = new Map<string, FakeZelfSession>()

  const createSession: Route['handle'] = ({ headers, body, at }) => {
    const { identifier } = (declaresJson(headers) && jsonFields(body)) || {}
    if (typeof identifier !== 'string' || identifier === '') return INVALID_IDENTIFIER
    const expiresAt = wholeSecondExpiry(at, tokenLifeMs)
    const [iat, exp] = [unixSeconds(at), unixSeconds(expiresAt)]
    const token = expiry === 'none' ? mint('') : unsignedJwt({ identifier, iat, exp }, mint(''))
    sessions.set(token, { identifier, token, expiresAt })
    return {
      status: 200,
      body: { data: { token, ...(expiry === 'fields' && { activatedAt: iat, expiresAt: exp }) } },
    }
  }
  const api: Route['handle'] = ({ method, url, headers, body, at }) => {
    const session = sessions.get(bearerToken(headers) ?? '')
    if (!session || at >= session.expiresAt || url.pathname === '/forbidden') return UNAUTHORIZED
    const path = url.pathname + url.search
    return { status: 200, body: { path, method, identifier: session.identifier, body: parsedBody(body) } }
  }

  const server = fakeServer({
    clock,
    routes: [
      { operation: 'createSession', method: 'POST', path: '/api/sessions', handle: createSession },
      { operation: 'api', method: '*', path: '/*', handle: api },
    ],
  })
  return extendServer(server, {
    get sessions() {
      return [...sessions.values()]
    },
    revoke: (identifier?: string) => {
      for (const one of sessions.values())
        if (identifier === undefined || one.identifier === identifier) sessions.delete(one.token)
    },
  })
}
