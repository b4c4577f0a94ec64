import { type Observer, observedFetch } from '../http/observed-fetch.ts'
import type { Territory } from '../http/url.ts'
import { type Fetch, signalOf } from '../support/fetch.ts'
import { isPromise, type MaybePromise } from '../support/maybe-promise.ts'
import { type Authorize, authenticatedFetch, type LeaseSource } from './authenticated-fetch.ts'

/** What a `fetch` for the user's own calls is made of. */
export interface SessionFetchOptions {
  readonly territory: Territory
  readonly authorize: Authorize
  readonly fetch: Fetch
  readonly observer: Observer
  /** Whose tokens a call carries. It is asked when the call begins. */
  readonly leases: (signal: AbortSignal | undefined) => MaybePromise<LeaseSource>
  /** The headers of a call, made of its own. */
  readonly headers: (
    own: HeadersInit | undefined,
    signal: AbortSignal | undefined,
  ) => MaybePromise<HeadersInit | undefined>
}

/** Makes a `fetch` that carries a session where it may be seen, and nowhere else. */
export function sessionFetch(options: SessionFetchOptions): Fetch {
  const { territory, authorize, fetch, observer } = options
  return async (input, init) => {
    const request = input instanceof Request ? input : undefined
    const signal = signalOf(input as string | URL | Request, init)
    const url = territory.resolve(request?.url ?? (input as string | URL))
    const asked = options.leases(signal)
    const leases = isPromise(asked) ? await asked : asked
    const made = options.headers(init?.headers ?? request?.headers, signal)
    const headers = isPromise(made) ? await made : made
    const method = (init?.method ?? request?.method ?? 'GET').toUpperCase()
    const observed = observedFetch(fetch, { operation: 'fetch', method }, observer)
    const carried = authenticatedFetch(leases, authorize, observed)
    return carried(request ?? url, { ...init, ...(headers && { headers }) })
  }
}
