import { authorizedFetch } from '../../client/authenticated-fetch.ts'
import type { Outgoing } from '../../client/protocol.ts'
import type { Interceptor } from '../../http/http-client.ts'
import type { Fetch } from '../../support/fetch.ts'
import type { StoredToken } from './stored-token.ts'

/**
 * How a program says which Clerk client it is.
 *
 * - `browser`: a production instance's own cookie.
 * - `development`: a development instance's dev browser token, beside the cookie.
 * - `native`: the client token itself, for apps and for Node.
 */
export type ClerkMode = 'browser' | 'development' | 'native'

/** Adds the API version to a request: in the query where a header would cost a preflight, else as a header. */
export type AddVersion = (request: Outgoing) => void

/** In a browser, against a production instance: the platform adds the cookie. */
export function browserCredential(addVersion: AddVersion): Interceptor {
  return (fetch) =>
    authorizedFetch(
      (request) => {
        request.credentials = 'include'
        addVersion(request)
      },
      null,
      fetch,
    )
}

/**
 * Outside a browser: the client token goes as it was received, and every answer may bring another.
 *
 * The very first request goes alone: each one without a token would make a client of its own.
 */
export function nativeCredential(stored: StoredToken, addVersion: AddVersion): Interceptor {
  return (fetch) => {
    const exchange = async (token: string | null, ...args: Parameters<Fetch>): Promise<Response> => {
      const authorize = (request: Outgoing): void => {
        request.credentials = 'omit'
        request.url.searchParams.set('_is_native', '1')
        request.headers.set('authorization', token ?? '')
        addVersion(request)
      }
      const response = await authorizedFetch(authorize, null, fetch)(...args)
      const answered = response.headers.get('authorization')
      if (answered !== null) await stored.rotate(token, /^(bearer)?\s*$/i.test(answered) ? null : answered)
      return response
    }
    return async (...args) => {
      const token = await stored.read()
      if (token !== null) return exchange(token, ...args)
      return stored.first(async () => exchange(await stored.read(), ...args))
    }
  }
}

/**
 * In a browser, against a development instance: third-party cookies being what they are, a dev browser token says
 * which client it is. The answer's `Clerk-Db-Jwt` replaces it; one that the server doesn't know is obtained anew, once.
 *
 * @param create asks the server for a dev browser token
 */
export function developmentCredential(
  stored: StoredToken,
  addVersion: AddVersion,
  create: () => Promise<string>,
): Interceptor {
  const obtain = (): Promise<string> =>
    stored.first(async () => {
      const known = await stored.read()
      if (known !== null) return known
      const token = await create()
      await stored.rotate(null, token)
      return token
    })
  return (fetch) => {
    const exchange = async (token: string, ...args: Parameters<Fetch>): Promise<Response> => {
      const authorize = (request: Outgoing): void => {
        request.credentials = 'include'
        request.url.searchParams.set('__clerk_db_jwt', token)
        addVersion(request)
      }
      const response = await authorizedFetch(authorize, null, fetch)(...args)
      const rotated = response.headers.get('clerk-db-jwt')
      if (rotated) await stored.rotate(token, rotated)
      return response
    }
    return async (input, init) => {
      const spare = input instanceof Request && input.body ? input.clone() : input
      const token = (await stored.read()) ?? (await obtain())
      const response = await exchange(token, input, init)
      if (response.status !== 401 || !(await isUnknownDevBrowser(response))) return response
      await stored.rotate(token, null)
      return exchange(await obtain(), spare, init)
    }
  }
}

async function isUnknownDevBrowser(response: Response): Promise<boolean> {
  const text = await response.clone().text()
  return text.includes('dev_browser_unauthenticated')
}
