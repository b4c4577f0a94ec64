import type { Outgoing } from '../../client/protocol.ts'
import type { Fetch } from '../../support/fetch.ts'

/** Changes where a request goes, and its headers. */
export type Readdress = (request: Pick<Outgoing, 'url' | 'headers'>) => void

/** Sends a request, changed, any number of times. */
export type Resend = (fetch: Fetch, readdress: Readdress) => Promise<Response>

/**
 * Makes a request that can be sent to another address, and more than once. Its body, a small form, is read first:
 * a request that is built of another's would have a stream for its body, which browsers send after a preflight, over
 * HTTP/2 only, or not at all.
 */
export async function resendable(
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  credentials: RequestCredentials,
): Promise<Resend> {
  const request = new Request(input, init)
  // The caller's signal itself: what stands between may be collected before it is aborted.
  const signal = init?.signal ?? (input instanceof Request ? input.signal : request.signal)
  const { method, redirect } = request
  const body = method === 'GET' ? null : (await request.text()) || null
  return (fetch, readdress) => {
    const url = new URL(request.url)
    const headers = new Headers(request.headers)
    readdress({ url, headers })
    return fetch(new Request(url, { method, headers, body, credentials, redirect, signal }))
  }
}
