import { type Authorize, authorizedFetch } from '../../client/authenticated-fetch.ts'
import type { Outgoing } from '../../client/protocol.ts'
import type { Interceptor } from '../../http/http-client.ts'
import { discard, type Fetch } from '../../support/fetch.ts'
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
  return (fetch) => authorizedFetch(withCookie(addVersion), null, fetch)
}

/**
 * Outside a browser: the client token goes as it was received, and every answer may bring another.
 *
 * The very first request goes alone: each one without a token would make a client of its own.
 */
export function nativeCredential(stored: StoredToken, addVersion: AddVersion): Interceptor {
  return (fetch) => async (input, init) => {
    const exchange = async (token: string | null): Promise<Response> => {
      const response = await sendAgain(fetch, input, init, (request) => {
        request.url.searchParams.set('_is_native', '1')
        request.headers.delete('origin')
        request.headers.set('authorization', token ?? '')
        request.credentials = 'omit'
        addVersion(request)
      })
      const answered = response.headers.get('authorization')
      if (answered !== null) await stored.rotate(token, /^(bearer)?\s*$/i.test(answered) ? null : answered)
      return response
    }
    const token = (await stored.read()) ?? (await introduced(stored, () => exchange(null)))
    if (typeof token !== 'string') return token
    const response = await exchange(token)
    const newer = response.status === 401 ? await stored.read() : null
    return newer === null || newer === token ? response : replaced(response, exchange(newer))
  }
}

/** The answer to the first request of all; or the token, if somebody else has sent that meanwhile. */
function introduced(stored: StoredToken, send: () => Promise<Response>): Promise<Response | string> {
  return stored.first(async () => (await stored.read()) ?? (await send()))
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
  return (fetch) => async (input, init) => {
    const exchange = async (token: string): Promise<Response> => {
      const response = await sendAgain(
        fetch,
        input,
        init,
        withCookie((request) => {
          request.url.searchParams.set('__clerk_db_jwt', token)
          addVersion(request)
        }),
      )
      const rotated = response.headers.get('clerk-db-jwt')
      if (rotated) await stored.rotate(token, rotated)
      return response
    }
    const token = (await stored.read()) ?? (await obtain())
    const response = await exchange(token)
    if (response.status !== 401 || !(await isUnknownDevBrowser(response))) return response
    await stored.rotate(token, null)
    return replaced(response, obtain().then(exchange))
  }
}

/** The platform adds its cookies, and no `Authorization` goes with the `Origin`. */
function withCookie(add: AddVersion): Authorize {
  return (request) => {
    request.headers.delete('authorization')
    request.credentials = 'include'
    add(request)
  }
}

/** Sends a request in such a way that it can be sent once more. */
function sendAgain(
  fetch: Fetch,
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  authorize: Authorize,
): Promise<Response> {
  const send = authorizedFetch(authorize, null, fetch)
  return input instanceof Request ? send(input.clone(), { signal: input.signal, ...init }) : send(input, init)
}

async function isUnknownDevBrowser(response: Response): Promise<boolean> {
  const text = await response.clone().text()
  return text.includes('dev_browser_unauthenticated')
}

/** Lets go of an answer in favour of another. */
function replaced(response: Response, next: ReturnType<Fetch>): ReturnType<Fetch> {
  discard(response)
  return next
}
