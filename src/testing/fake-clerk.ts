import { systemClock } from '../support/clock.ts'
import { bearerToken } from './bearer.ts'
import { type ClerkClientRecord, clerkClients, type FakeClerkForgottenCode } from './fake-clerk-client.ts'
import { addClientCookie, clerkCredentials } from './fake-clerk-credentials.ts'
import { clerkEndpoints } from './fake-clerk-endpoint.ts'
import { readForm } from './fake-clerk-form.ts'
import type { FakeClerkOptions, FakeClerkSettings } from './fake-clerk-options.ts'
import { notFound } from './fake-clerk-refusal.ts'
import { clerkResources } from './fake-clerk-resources.ts'
import { clerkReverifications } from './fake-clerk-reverification.ts'
import { clerkReverificationRoutes } from './fake-clerk-reverification-routes.ts'
import { type ClerkSession, type FakeClerkSessionStatus, statusAt } from './fake-clerk-session.ts'
import { clerkSessionRoutes } from './fake-clerk-session-routes.ts'
import { clerkSessionTokens } from './fake-clerk-token.ts'
import { extendServer, type FakeServer, fakeServer } from './fake-server.ts'
import { parsedBody } from './json-body.ts'
import type { Route, ServerAnswer } from './route.ts'
import { tokenMint } from './token-mint.ts'

const SESSION_LIFE_MS = 7 * 24 * 3_600_000
const ABANDON_MS = 30 * 24 * 3_600_000

/** A session on a fake Clerk server, as it stood when it was asked for. */
export interface FakeClerkSession {
  readonly id: string
  readonly clientId: string
  readonly userId: string
  readonly status: FakeClerkSessionStatus
  /** The active organization; `null`: the personal account. */
  readonly organizationId: string | null
}

/** What {@link FakeClerk.addSession} makes. */
export interface FakeClerkNewSession {
  /** Default: the first user. */
  readonly userId?: string
  /** Default: the client that was made last and is not forgotten. */
  readonly clientId?: string
  /** Default: `active`. */
  readonly status?: FakeClerkSessionStatus
  /** Default: `null`, the personal account. */
  readonly organizationId?: string | null
  /** The keys of what the user has yet to do. Default: none. */
  readonly tasks?: readonly string[]
  /** Who acts for the user. Default: nobody. */
  readonly actor?: object
}

/**
 * A Clerk Frontend API in memory. Its operations are `getClient`, `removeSessions`, `getSession`, `touchSession`,
 * `endSession`, `removeSession`, `createSessionToken`, `createSessionTokenWithTemplate`, `startReverification`,
 * `prepareFirstFactor`, `attemptFirstFactor`, `prepareSecondFactor`, `attemptSecondFactor`, `createDevBrowser`, and
 * `api` for every path outside `/v1`.
 */
export interface FakeClerk extends FakeServer {
  /** What a test can change at any time. */
  readonly settings: FakeClerkSettings
  /** The ids of all clients, forgotten ones too, in the order in which they were made. */
  readonly clients: readonly string[]
  /** All sessions, removed ones too, by client and then in the order in which they were added. */
  readonly sessions: readonly FakeClerkSession[]
  /** Makes another client, for the next newcomer, and answers its id. */
  addClient(): string
  /** Signs a user in, since that happens elsewhere, and answers the session's id. */
  addSession(session?: FakeClerkNewSession): string
  /** Sets a session's status. */
  setStatus(sessionId: string, status: FakeClerkSessionStatus): void
  /** Revokes one session, or all: from now on no token is made for it. */
  revoke(sessionId?: string): void
  /** Answers the newest client token, as the `__client` cookie has it. Default: of the current client. */
  clientToken(clientId?: string): string
  /** Forgets the current client: from now on its requests answer 401. Default code: `authentication_invalid`. */
  forgetClient(code?: FakeClerkForgottenCode): void
  /** Makes all dev browser tokens unknown: from now on they answer 401 `dev_browser_unauthenticated`. */
  forgetDevBrowsers(): void
}

const UNAUTHENTICATED: ServerAnswer = { status: 401, body: { error: 'not authenticated' } }

/**
 * Makes a Clerk Frontend API that obeys the documented rules of sessions. The first newcomer (an empty
 * `Authorization`, or a new dev browser) is given the first client, each one after that a client of its own.
 *
 * Every code that is sent, and that an authenticator app shows, is `424242`. A passkey's credential is right if it
 * is a JSON object with the passkey's `id`.
 *
 * Every path outside `/v1` is a user's own back end, which takes `Authorization: Bearer` with a session token until
 * that runs out, and answers what the request was: `{ path, method, user_id, session_id, body }`. `/forbidden`
 * always answers 401.
 */
export function fakeClerk(options: FakeClerkOptions = {}): FakeClerk {
  const {
    clock = systemClock,
    instance = 'production',
    basePath = '',
    sessionLifeMs = SESSION_LIFE_MS,
    users = [{ id: 'user_1', email: 'ada@example.com', password: 'correct horse' }],
    organizations = [{ id: 'org_1', slug: 'acme' }],
  } = options
  const { rotate = false, piggyback = true, lastActiveTokens = false, oiat = false } = options
  const { wantsExpiredToken = false, ambientCookie = false } = options
  const settings = { rotate, piggyback, lastActiveTokens, oiat, wantsExpiredToken, ambientCookie }

  const now = (): number => clock.now() + server.clockOffset
  const mint = tokenMint(() => clock.random())
  const clients = clerkClients()
  const credentials = clerkCredentials(clients, settings, mint, now, options)
  const tokens = clerkSessionTokens(settings, mint, organizations, options)
  const resources = clerkResources(settings, tokens)
  const endpoints = clerkEndpoints(credentials, resources, settings)

  const clientOf = (id: string | undefined): ClerkClientRecord => {
    const client = id === undefined ? clients.current(now()) : clients.all.find((one) => one.id === id)
    if (!client) throw new Error(`There is no client ${id}`)
    return client
  }
  const sessions = (): ClerkSession[] => clients.all.flatMap((client) => client.sessions)
  const createDevBrowser = endpoints.open((request) => {
    if (instance !== 'development') throw notFound()
    readForm(request, {})
    return { body: { id: credentials.createDevBrowser(request.at) } }
  })
  const unknown = endpoints.open(() => {
    throw notFound()
  })
  const api: Route['handle'] = ({ method, url, headers, body, at }) => {
    const token = tokens.find(bearerToken(headers) ?? '')
    if (!token || at >= token.expiresAt || url.pathname === '/forbidden') return UNAUTHENTICATED
    const { id, user } = token.session
    const path = url.pathname + url.search
    return { status: 200, body: { path, method, user_id: user.id, session_id: id, body: parsedBody(body) } }
  }

  const server = fakeServer({
    clock,
    routes: [
      {
        operation: 'createDevBrowser',
        method: 'POST',
        path: `${basePath}/v1/dev_browser`,
        handle: createDevBrowser,
      },
      ...clerkSessionRoutes(endpoints, resources, tokens, organizations, settings, basePath),
      ...clerkReverificationRoutes(endpoints, resources, clerkReverifications(options), basePath),
      { operation: 'unknown', method: '*', path: `${basePath}/v1/*`, handle: unknown },
      { operation: 'api', method: '*', path: '/*', handle: api },
    ],
  })
  const plainFetch = server.fetch
  clients.add(now())

  return extendServer(server, {
    fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
      const request = new Request(input, init)
      const visitor = clients.all.at(-1)
      if (settings.ambientCookie && request.credentials === 'include' && visitor)
        addClientCookie(request, credentials.clientToken(visitor))
      return plainFetch(request)
    },
    settings,
    get clients() {
      return clients.all.map(({ id }) => id)
    },
    get sessions() {
      return clients.all.flatMap((client) =>
        client.sessions.map((session) => ({
          id: session.id,
          clientId: client.id,
          userId: session.user.id,
          status: statusAt(session, now()),
          organizationId: session.organizationId,
        })),
      )
    },
    addClient: () => clients.add(now()).id,
    addSession: ({
      userId = users[0]?.id,
      clientId,
      status = 'active',
      organizationId = null,
      tasks = [],
      actor,
    }: FakeClerkNewSession = {}) => {
      const user = users.find(({ id }) => id === userId)
      if (!user) throw new Error(`There is no user ${userId}`)
      const client = clientOf(clientId)
      const at = now()
      const id = `sess_${sessions().length + 1}`
      client.sessions.push({
        id,
        user,
        status,
        organizationId,
        tasks,
        actor: actor ?? null,
        createdAt: at,
        updatedAt: at,
        lastActiveAt: at,
        expireAt: at + sessionLifeMs,
        abandonAt: at + Math.max(sessionLifeMs, ABANDON_MS),
        firstFactorVerifiedAt: at,
        secondFactorVerifiedAt: null,
      })
      client.lastActiveSessionId = id
      client.updatedAt = at
      return id
    },
    setStatus: (sessionId: string, status: FakeClerkSessionStatus) => {
      const session = sessions().find(({ id }) => id === sessionId)
      if (!session) throw new Error(`There is no session ${sessionId}`)
      session.status = status
    },
    revoke: (sessionId?: string) => {
      for (const session of sessions())
        if (sessionId === undefined || session.id === sessionId) session.status = 'revoked'
    },
    clientToken: (clientId?: string) => credentials.clientToken(clientOf(clientId)),
    forgetClient: (code: FakeClerkForgottenCode = 'authentication_invalid') => {
      clientOf(undefined).forgotten = code
    },
    forgetDevBrowsers: () => credentials.forgetDevBrowsers(),
  })
}
