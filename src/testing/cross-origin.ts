import type { Fetch } from '../support/fetch.ts'

const PREFLIGHT_SECONDS = '600'

/**
 * Lets the pages of another origin call `fetch` as CORS wants it, cookies included. Preflights never get to it.
 */
export function crossOrigin(fetch: Fetch, origin: string): Fetch {
  return async (input, init) => {
    const { method, headers } = new Request(input, init)
    const wanted = headers.get('access-control-request-headers') ?? ''
    const preflight = method === 'OPTIONS' && headers.has('access-control-request-method')
    const response = preflight ? new Response(null, { status: 204 }) : await fetch(input, init)
    const grants = {
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'date, retry-after',
      ...(preflight && {
        'access-control-allow-methods': headers.get('access-control-request-method') ?? '',
        'access-control-allow-headers': wanted,
        'access-control-max-age': PREFLIGHT_SECONDS,
      }),
      // A browser sends a request anew, unasked, if a connection that it has used before breaks.
      connection: 'close',
    }
    for (const [name, value] of Object.entries(grants)) response.headers.set(name, value)
    return response
  }
}
