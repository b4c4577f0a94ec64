import { StorageError } from '../errors/storage-error.ts'
import type { CookieAccess } from './cookie-access.ts'

/** The cookies of the page, as `document.cookie` has them. */
export const documentCookies: CookieAccess = {
  get: (name) =>
    attempt(() => {
      const start = `${name}=`
      const pair = document.cookie.split('; ').find((cookie) => cookie.startsWith(start))
      return pair?.slice(start.length)
    }),
  set: (name, value, { path, maxAge, sameSite, secure, domain }) =>
    attempt(() => {
      const pair = `${name}=${value}; Path=${path}; Max-Age=${maxAge}; SameSite=${sameSite}`
      // biome-ignore lint/suspicious/noDocumentCookie: not every browser has the other interface, and it is never synchronous.
      document.cookie = pair + (secure ? '; Secure' : '') + (domain ? `; Domain=${domain}` : '')
    }),
}

function attempt<T>(act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw new StorageError('unavailable', 'This page may have no cookies', { cause: error })
  }
}
