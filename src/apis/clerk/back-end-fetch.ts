import { type Authorize, authenticatedFetch } from '../../client/authenticated-fetch.ts'
import { ConfigurationError } from '../../errors/configuration-error.ts'
import { observedFetch } from '../../http/observed-fetch.ts'
import { Territory } from '../../http/url.ts'
import type { Fetch } from '../../support/fetch.ts'
import type { ClerkConnection } from './connection.ts'
import type { KnownClient } from './known-client.ts'

const bearer: Authorize = ({ headers }, tokens) => {
  if (tokens) headers.set('authorization', `Bearer ${tokens.accessToken}`)
}

/**
 * Makes the `fetch` that takes the active session's token to a program's own back end.
 *
 * @throws {ConfigurationError} One of the origins is no good.
 */
export function backEndFetch(
  origins: readonly (string | URL)[] | undefined,
  known: KnownClient,
  { fetch, observer }: ClerkConnection,
): Fetch {
  const [first, ...others] = origins ?? []
  const backEnd = first === undefined ? undefined : new Territory(first, others)
  return async (input, init) => {
    if (!backEnd) throw new ConfigurationError('authorizedOrigins names no back end to fetch from')
    const request = input instanceof Request ? input : undefined
    const url = backEnd.resolve(request?.url ?? (input as string | URL))
    const method = (init?.method ?? request?.method ?? 'GET').toUpperCase()
    const signal = init?.signal ?? request?.signal
    const wait = signal ? { signal } : {}
    const key = { session: await known.activeSession(wait) }
    await known.tokens.token(key, wait)
    const observed = observedFetch(fetch, { operation: 'fetch', method }, observer)
    return authenticatedFetch(known.tokens.engine(key), bearer, observed)(request ?? url, init)
  }
}
