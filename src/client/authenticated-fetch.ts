import { ConfigurationError } from '../errors/configuration-error.ts'
import { LatchkeyError } from '../errors/latchkey-error.ts'
import type { TokenSet } from '../session/protocol.ts'
import type { WaitOptions } from '../session/session.ts'
import type { Lease } from '../session/token-source.ts'
import { discard, type Fetch, signalOf } from '../support/fetch.ts'
import { isPromise, type MaybePromise } from '../support/maybe-promise.ts'
import type { Outgoing, SessionProtocol } from './protocol.ts'

/** Where the interceptor has its tokens from. */
export interface LeaseSource {
  acquire(wait: WaitOptions): MaybePromise<Lease>
  afterRefusal(lease: Lease, mayRefresh: boolean, wait: WaitOptions): Promise<Lease | null>
}

/** A source of leases that knows whose session there is. */
export interface SessionLeases extends LeaseSource {
  /** The session that there is now; `undefined`: none is known. */
  readonly current: string | undefined
  acquire(wait: WaitOptions, session?: string): MaybePromise<Lease>
}

/** The leases of one call. */
export interface BoundLeases extends LeaseSource {
  /** The last one that it acquired. */
  lease?: Lease
}

/**
 * Holds one call to the session that it began with, however often it acquires.
 *
 * @param wait how long the call waits for a token
 */
export function boundTo(session: SessionLeases, wait?: WaitOptions): BoundLeases {
  const first = session.current
  const keep = (lease: Lease): Lease => {
    bound.lease = lease
    return lease
  }
  const bound: BoundLeases = {
    acquire: (options) => {
      const lease = session.acquire({ ...wait, ...options }, bound.lease?.session ?? first)
      return isPromise(lease) ? lease.then(keep) : keep(lease)
    },
    afterRefusal: (lease, mayRefresh, options) =>
      session.afterRefusal(lease, mayRefresh, { ...wait, ...options }),
  }
  return bound
}

/** How a protocol adds its tokens to a request. */
export type Authorize = SessionProtocol['authorize']

/** With a stale token, with a renewed one, and with one that somebody else has renewed meanwhile. */
const MOST_SENDS = 3

/**
 * The auto-refresh interceptor: a `fetch` that carries the session.
 *
 * - Every request gets a token that is good as far as is known, and belongs to that token's session from then on.
 * - A 401 is answered by the session: with a newer token the request is replayed, otherwise the 401 is the caller's.
 * - The first 401 alone leads to a refresh; three sends in all. A request whose body is a stream is sent once.
 */
export function authenticatedFetch(session: LeaseSource, authorize: Authorize, fetch: Fetch): Fetch {
  return async (input, init) => {
    const signal = signalOf(input, init)
    const options = signal ? { signal } : {}
    const replayable = !isStream(init?.body)
    const acquired = session.acquire(options)
    let lease = isPromise(acquired) ? await acquired : acquired
    for (let sends = 1; ; sends++) {
      const keepBody = replayable && sends < MOST_SENDS
      const response = await send(fetch, input, init, authorize, lease.tokens, keepBody)
      if (response.status !== 401) return response
      const next: Promise<Lease | null> | false =
        sends < MOST_SENDS && session.afterRefusal(lease, sends === 1, options)
      if (!next) return response
      if (!replayable) {
        next.catch(() => {})
        return response
      }
      const replacement: Lease | null = await next.catch((error: unknown) => {
        discard(response)
        throw error
      })
      if (!replacement) return response
      discard(response)
      lease = replacement
    }
  }
}

/** An interceptor that adds tokens to a request and leaves its answer alone. */
export function authorizedFetch(authorize: Authorize, tokens: TokenSet | null, fetch: Fetch): Fetch {
  return async (input, init) => send(fetch, input, init, authorize, tokens, false)
}

/** @throws {ConfigurationError} At once: the session is not allowed in a header. */
function send(
  fetch: Fetch,
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  authorize: Authorize,
  tokens: TokenSet | null,
  keepBody: boolean,
): Promise<Response> {
  const request = input instanceof Request ? input : undefined
  const outgoing = new OutgoingRequest(
    request?.url ?? String(input),
    new Headers(init?.headers ?? request?.headers),
    init?.body,
  )
  try {
    authorize(outgoing, tokens)
  } catch (error) {
    // The platform's own error quotes the token that it can't put into a header.
    throw error instanceof LatchkeyError
      ? error
      : new ConfigurationError('The session is not allowed in a header')
  }
  const { href, headers, credentials } = outgoing
  const authorized: RequestInit = { ...init, headers }
  if (credentials) authorized.credentials = credentials
  return request ? rebuilt(request, keepBody, href, authorized).then(fetch) : fetch(href, authorized)
}

/** A request as a protocol sees it. Few look at its URL. */
class OutgoingRequest implements Outgoing {
  readonly headers: Headers
  readonly body: RequestInit['body']
  credentials?: NonNullable<RequestInit['credentials']>
  readonly #target: string
  #url: URL | undefined

  constructor(target: string, headers: Headers, body: RequestInit['body']) {
    this.#target = target
    this.headers = headers
    this.body = body
  }

  get url(): URL {
    this.#url ??= new URL(this.#target)
    return this.#url
  }

  /** Where it goes in the end. */
  get href(): string {
    return this.#url?.href ?? this.#target
  }
}

async function rebuilt(
  request: Request,
  keepBody: boolean,
  url: string,
  init: RequestInit,
): Promise<Request> {
  try {
    // Only `null` says that there is none: some platforms don't show a body.
    const source = keepBody && request.body !== null ? request.clone() : request
    const moved = url === request.url ? source : await movedTo(url, source)
    // The caller's signal itself: what stands between may be collected before it is aborted.
    return new Request(moved, { signal: request.signal, ...init })
  } catch {
    throw new ConfigurationError('The body of the request is used, or its options contradict')
  }
}

/**
 * Its body is read first: built of another's, the request would have a stream for a body, which browsers send after a
 * preflight, over HTTP/2 only, or not at all.
 */
async function movedTo(url: string, request: Request): Promise<Request> {
  const options: Record<string, unknown> = {}
  for (const name in request) options[name] = request[name as keyof Request]
  const body = await request.arrayBuffer()
  return new Request(url, { ...options, body: body.byteLength ? body : null })
}

/** A body that can be read once only: a stream, of the web's or of Node's, or any other asynchronous iterable. */
function isStream(body: unknown): boolean {
  return 'getReader' in Object(body) || Symbol.asyncIterator in Object(body)
}
