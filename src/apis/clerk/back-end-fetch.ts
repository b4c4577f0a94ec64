import type { Authorize } from '../../client/authenticated-fetch.ts'
import { sessionFetch } from '../../client/session-fetch.ts'
import { ConfigurationError } from '../../errors/configuration-error.ts'
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
  [first, ...others]: readonly (string | URL)[],
  known: KnownClient,
  { fetch, observer }: ClerkConnection,
): Fetch {
  if (first === undefined) {
    return async () => {
      throw new ConfigurationError('authorizedOrigins names no back end to fetch from')
    }
  }
  return sessionFetch({
    territory: new Territory(first, others),
    authorize: bearer,
    fetch,
    observer,
    leases: async (signal) => {
      const key = { session: await known.activeSession(signal ? { signal } : {}) }
      return {
        acquire: (wait) => known.tokens.lease(key, wait),
        afterRefusal: (...refusal) => known.tokens.afterRefusal(key, ...refusal),
      }
    },
    headers: (own) => own,
  })
}
