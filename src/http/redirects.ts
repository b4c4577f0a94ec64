import { discard, type Fetch } from '../support/fetch.ts'

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/**
 * A `fetch` that breaks at a redirect, as it would of itself under `redirect: 'error'`. Not every platform knows that
 * one: to Cloudflare's workers `follow` and `manual` are all there is.
 */
export function refuseRedirects(fetch: Fetch): Fetch {
  return async (input, init) => {
    const response = await fetch(input, init)
    if (response.type !== 'opaqueredirect' && !REDIRECTS.has(response.status)) return response
    discard(response)
    throw new TypeError('redirected')
  }
}
