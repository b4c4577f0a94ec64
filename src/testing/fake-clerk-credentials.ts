import type { ClerkClientRecord, ClerkClients } from './fake-clerk-client.ts'
import type { FakeClerkOptions, FakeClerkSettings } from './fake-clerk-options.ts'
import { ClerkRefusal } from './fake-clerk-refusal.ts'
import { unixSeconds, unsignedJwt } from './jwt.ts'
import { rotatingTokens } from './rotating-tokens.ts'
import type { ServerRequest } from './route.ts'

const ROTATION_GRACE_MS = 10_000

/** Who sent a request. */
export interface ClerkCaller {
  /** `null` if the request carries no credential, or one that is not good. */
  readonly client: ClerkClientRecord | null
  /** What the answer tells about the credential, whatever else it says. */
  readonly headers: Readonly<Record<string, string>>
  /** Why the credential is not good. */
  readonly refusal?: ClerkRefusal
}

/** Knows the callers of a fake Clerk server by their credentials. */
export interface ClerkCredentials {
  /**
   * Tells who sent a request: by `_is_native` and `Authorization`, else by `__clerk_db_jwt` on a development
   * instance and by the `__client` cookie on a production one.
   */
  identify(request: ServerRequest): ClerkCaller
  /** Makes a dev browser token, for the next client that nobody has a credential of. */
  createDevBrowser(at: number): string
  /** Answers the newest client token of `client`. */
  clientToken(client: ClerkClientRecord): string
  /** Makes all dev browser tokens unknown. */
  forgetDevBrowsers(): void
}

/** Makes the credentials of a fake Clerk server. */
export function clerkCredentials(
  clients: ClerkClients,
  settings: Readonly<FakeClerkSettings>,
  mint: (prefix: string) => string,
  now: () => number,
  { instance, clientTokenPrefix: prefix = '', rotationGraceMs = ROTATION_GRACE_MS }: FakeClerkOptions,
): ClerkCredentials {
  const clientTokens = rotatingTokens(
    ({ id }: ClerkClientRecord) =>
      unsignedJwt({ id, rotating_token: mint(''), iat: unixSeconds(now()) }, mint('')),
    rotationGraceMs,
  )
  const devBrowsers = rotatingTokens((_: ClerkClientRecord) => mint('dvb_'), rotationGraceMs)

  const native = ({ headers, at }: ServerRequest): ClerkCaller => {
    const carried = headers.get('authorization')
    if (carried === null) return { client: null, headers: {}, refusal: invalidCredential() }
    if (carried === '') {
      const client = clients.claim(at)
      return { client, headers: { authorization: prefix + clientTokens.issue(client) } }
    }
    const token = carried.slice(prefix.length)
    const owner = carried.startsWith(prefix) ? clientTokens.use(token, at) : undefined
    const forgotten = { authorization: prefix.trim() }
    if (!owner) return { client: null, headers: forgotten, refusal: invalidCredential() }
    if (owner.forgotten) return { ...refusedOwner(owner.forgotten), headers: forgotten }
    const next = settings.rotate ? clientTokens.succeed(token) : token
    return { client: owner, headers: { authorization: prefix + next } }
  }
  const devBrowser = ({ url, at }: ServerRequest): ClerkCaller => {
    const token = url.searchParams.get('__clerk_db_jwt') ?? ''
    const owner = devBrowsers.use(token, at)
    const refusal = new ClerkRefusal(401, 'dev_browser_unauthenticated')
    if (!owner) return { client: null, headers: {}, refusal }
    if (owner.forgotten) return refusedOwner(owner.forgotten)
    return { client: owner, headers: settings.rotate ? { 'clerk-db-jwt': devBrowsers.succeed(token) } : {} }
  }
  const cookie = ({ headers, at }: ServerRequest): ClerkCaller => {
    const token = clientCookie(headers)
    if (!token) return { client: null, headers: {} }
    const owner = clientTokens.use(token, at)
    if (!owner) return { client: null, headers: {}, refusal: invalidCredential() }
    if (owner.forgotten) return refusedOwner(owner.forgotten)
    if (!settings.rotate) return { client: owner, headers: {} }
    const next = `__client=${clientTokens.succeed(token)}; Path=/; HttpOnly; Secure; SameSite=Lax`
    return { client: owner, headers: { 'set-cookie': next } }
  }

  return {
    identify: (request) => {
      if (/^(1|true)$/.test(request.url.searchParams.get('_is_native') ?? '')) return native(request)
      return instance === 'development' ? devBrowser(request) : cookie(request)
    },
    createDevBrowser: (at) => devBrowsers.issue(clients.claim(at)),
    clientToken: (client) => {
      client.claimed = true
      return clientTokens.newest(client) ?? clientTokens.issue(client)
    },
    forgetDevBrowsers: () => devBrowsers.forget(),
  }
}

/** Stands in for `Cookie` where the platform lets no program set that. */
const COOKIE_STAND_IN = 'x-fake-cookie'

/** Adds a client's cookie to a request, as a browser does. */
export function addClientCookie({ headers }: Request, clientToken: string): void {
  const cookie = `__client=${clientToken}`
  headers.set('cookie', cookie)
  if (!headers.has('cookie')) headers.set(COOKIE_STAND_IN, cookie)
}

function clientCookie(headers: Headers): string | undefined {
  const cookies = headers.get('cookie') ?? headers.get(COOKIE_STAND_IN) ?? ''
  return /(?:^|;\s*)__client=([^;]+)/.exec(cookies)?.[1]
}

function refusedOwner(code: string): ClerkCaller & { readonly refusal: ClerkRefusal } {
  return { client: null, headers: {}, refusal: new ClerkRefusal(401, code) }
}

function invalidCredential(): ClerkRefusal {
  return new ClerkRefusal(401, 'authentication_invalid')
}
