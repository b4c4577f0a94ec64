import { ConfigurationError } from '../errors/configuration-error.ts'
import { StorageError } from '../errors/storage-error.ts'
import type { MaybePromise } from '../support/maybe-promise.ts'
import { type Steps, wait } from '../support/steps.ts'

/** What a cookie is set with, in the words that Next, SvelteKit, h3, Hono and the `cookie` package use. */
export interface CookieAttributes {
  /** The paths that it is sent to. */
  readonly path: string
  /** How long it is kept, in seconds; 0: it is removed. Express counts milliseconds here. */
  readonly maxAge: number
  /** Whether it goes along when another site leads here. */
  readonly sameSite: 'lax' | 'strict' | 'none'
  /** It is sent over https alone. */
  readonly secure: boolean
  /** Scripts can't read it. */
  readonly httpOnly: boolean
  /** The domain that it is sent to, with all that is under it; absent: this host alone. */
  readonly domain?: string
}

/** Where cookies are read and set. */
export interface CookieAccess {
  /** The value of a cookie; `undefined` or `null` if there is none. */
  get(name: string): MaybePromise<string | null | undefined>
  /** Sets a cookie, and has done so when it returns or resolves. Absent: cookies can't be set here. */
  set?: ((name: string, value: string, attributes: CookieAttributes) => MaybePromise<unknown>) | undefined
}

/** Reads and sets cookies one by one, and sees to it that what was set is read. */
interface CookieJar {
  get(name: string): Steps<string | null>
  set(name: string, value: string, attributes: CookieAttributes): Steps<void>
}

/** The cookies of a page: what the browser does not keep has not been set. */
export function pageJar(access: CookieAccess): CookieJar {
  return {
    get: (name) => show(access, name),
    *set(name, value, attributes) {
      yield* put(access, name, value, attributes)
      if ((yield* show(access, name)) === (value || null)) return
      const failure = navigator.cookieEnabled ? 'failed' : 'unavailable'
      throw new StorageError(failure, 'The browser does not keep the cookie')
    },
  }
}

/**
 * The cookies of a request that a server answers. Some frameworks go on showing those that came with it: what was
 * set is remembered for these.
 */
export function requestJar(access: CookieAccess): CookieJar {
  const unshown = new Map<string, { readonly shown: string | null; readonly value: string | null }>()
  return {
    *get(name) {
      const shown = yield* show(access, name)
      const own = unshown.get(name)
      if (!own) return shown
      // What shows its own cookies only never shows others: these came with another request, perhaps another user's.
      if (own.shown !== shown) {
        throw new ConfigurationError('A cookieStorage is for one request: on a server, make one for each')
      }
      return own.value
    },
    *set(name, value, attributes) {
      yield* put(access, name, value, attributes)
      const shown = yield* show(access, name)
      if (shown === (value || null)) unshown.delete(name)
      else unshown.set(name, { shown, value: value || null })
    },
  }
}

function* show(access: CookieAccess, name: string): Steps<string | null> {
  return (yield* wait(access.get(name))) || null
}

function* put(access: CookieAccess, ...cookie: Parameters<CookieJar['set']>): Steps<void> {
  if (!access.set) throw new StorageError('failed', 'Cookies can be read here, but not set')
  yield* wait(access.set(...cookie))
}
