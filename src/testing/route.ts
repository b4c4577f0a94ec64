import type { HeadersLike } from '../support/fetch.ts'

/** A request as a fake server's route sees it. */
export interface ServerRequest {
  readonly method: string
  /** The address that was asked for. Its origin means nothing: any host reaches the fake. */
  readonly url: URL
  /** What stood where the route's path has a `:name`, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly headers: Headers
  /** The body as text; empty if there is none. */
  readonly body: string
  /** When it arrived, in epoch milliseconds by the server's clock. */
  readonly at: number
}

/** What a fake server answers. */
export interface ServerAnswer {
  readonly status: number
  /** Goes out as JSON; a string goes out as it is. Absent: no body. */
  readonly body?: unknown
  readonly headers?: HeadersLike
}

/** One operation of a fake server. */
export interface Route {
  /** The name that requests are recorded under, and that faults are queued for. */
  readonly operation: string
  /** The method in capitals; `*` for any. */
  readonly method: string
  /** The path, such as `/sessions/:id`; a last segment `*` stands for all that follows. */
  readonly path: string
  /** Does what was asked, at once. */
  handle(request: ServerRequest): ServerAnswer
}

/** A route, and what its `:name` segments stand for. */
export interface MatchedRoute {
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
}

/**
 * Finds the route of a request. The first route with a fitting path decides which path it is, so that a wildcard
 * further down doesn't take the methods that an operation's own path does not have.
 */
export function findRoute(
  routes: readonly Route[],
  method: string,
  pathname: string,
): MatchedRoute | undefined {
  for (const { path } of routes) {
    const params = matchPath(path, pathname)
    if (!params) continue
    const route = routes.find((one) => one.path === path && (one.method === method || one.method === '*'))
    return route && { route, params }
  }
  return undefined
}

function matchPath(path: string, pathname: string): Record<string, string> | undefined {
  const wanted = path.split('/')
  const found = pathname.split('/')
  const open = wanted.at(-1) === '*'
  if (open ? found.length < wanted.length : found.length !== wanted.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, segment] of (open ? wanted.slice(0, -1) : wanted).entries()) {
    const value = found[index] ?? ''
    if (segment.startsWith(':')) params[segment.slice(1)] = decodeURIComponent(value)
    else if (segment !== value) return undefined
  }
  return params
}
