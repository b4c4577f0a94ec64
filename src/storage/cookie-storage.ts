import { ConfigurationError } from '../errors/configuration-error.ts'
import { StorageError } from '../errors/storage-error.ts'
import { type Clock, systemClock } from '../support/clock.ts'
import { run, type Steps } from '../support/steps.ts'
import { checksum } from './checksum.ts'
import { type CookieAccess, type CookieAttributes, pageJar, requestJar } from './cookie-access.ts'
import { documentCookies } from './document-cookies.ts'
import { type Cells, heldCells, readParts, replaceParts } from './parts.ts'
import { fromPlain, toPlain } from './plain-text.ts'
import { exclusiveInProcess, HOLD_BOUND_MS } from './process-lock.ts'
import type { ExclusiveOptions, TokenStorage } from './token-storage.ts'
import { exclusiveByWebLock } from './web-lock.ts'

/** Options of {@link cookieStorage}. */
export interface CookieStorageOptions {
  /** The value of a cookie; `undefined` or `null` if there is none. Default: `document.cookie` has it. */
  readonly get?: CookieAccess['get']
  /** Sets a cookie, and has done so when it returns or resolves. Absent beside `get`: cookies can't be set here. */
  readonly set?: CookieAccess['set']
  /** What cookies' names begin with; the rest is made of the session's key. Default: `latchkey-`. */
  readonly prefix?: string
  /** The paths that cookies are sent to. Default: `/`. */
  readonly path?: string
  /** How long they are kept after each write, in seconds. Default: 400 days, which is the most that browsers do. */
  readonly maxAge?: number
  /** Whether they go along when another site leads here. Default: `lax`, when a link does. */
  readonly sameSite?: CookieAttributes['sameSite']
  /**
   * They are sent over https alone. Default: `true`, but in a page on loopback without https. On a server it takes
   * `false` to be seen by Safari on `http://localhost`.
   */
  readonly secure?: boolean
  /** Scripts can't read them. Default: `true` on a server. In a page it can't be. */
  readonly httpOnly?: boolean
  /** The domain that they are sent to, with all that is under it. Default: this host alone. */
  readonly domain?: string
  /** What the lock's waits and hold bound run on. Default: the platform's clock. */
  readonly clock?: Clock
}

/** Browsers keep none for longer, in seconds. */
const FOUR_HUNDRED_DAYS_S = 34_560_000
/** Browsers take 4,096 bytes, the name among them. */
const CELL_BYTES = 4000
/** Servers turn requests away whose cookies are longer in all, and with them everything that their user does. */
const MOST_BYTES = 12_000
/** A lock that somebody frozen holds is to be had after the hold bound, in milliseconds. */
const WRITE_WAIT_MS: number = HOLD_BOUND_MS + 5000
/** What a token may be made of, as HTTP has it. */
const PREFIX = /^[\w!#$%&'*+.^`|~-]{1,64}$/

/**
 * Keeps tokens in cookies: a page's own, or those of a request that a server answers.
 *
 * Long values go into numbered cookies of up to 4,000 bytes, up to 12,000 in all, after encoding: anything but a
 * letter, a digit or `-` takes three bytes. What else the site keeps in cookies counts too, where servers limit them.
 * They are read back whole or not at all: a page that crashes in the middle of a write leaves what was there before.
 *
 * **In a page** `get` and `set` default to `document.cookie`. The pages of an origin share the session and its lock,
 * a Web Lock: it wants https or loopback. The ports of a host share cookies and no lock: give each its own `prefix`.
 *
 * **On a server** make one for each request. Requests at the same time carry the same cookies, and none sees what
 * another one sets. So a refresh that can't be sent twice (SaferMe, KOMS) is refused with a {@link ConfigurationError}:
 * tokens are good until they run out. Signing in and out works, and so does what can be renewed any time (Zelf). The
 * same goes for a page with a `domain`, whose cookies reach further than its lock, and for workers.
 *
 * Better on any server: an opaque id in the cookie, and the tokens in a storage that all servers share.
 *
 * ```ts
 * const pool = new SessionPool({ storage: redisStorage(redis), client: (_, storage) => new SaferMeClient({ storage }) })
 * // The cookie `id` holds a crypto.randomUUID(), a new one at each sign-in: secure, httpOnly, sameSite 'lax'.
 * const reports = await pool.use(req.cookies.id, (saferme) => saferme.fetch('/api/v4/reports'))
 * ```
 *
 * Without `set`, as in a Server Component of Next's, it is read-only: a session is used as it was found, and
 * what changes stays in the client's memory, with a `storageFailed` event.
 *
 * @example Next, in route handlers and server actions
 * ```ts
 * const jar = await cookies()
 * cookieStorage({
 *   get: (name) => jar.get(name)?.value,
 *   set: (name, value, attributes) => jar.set(name, value, attributes),
 * })
 * ```
 * @example Express, with cookie-parser
 * ```ts
 * cookieStorage({
 *   get: (name) => req.cookies[name],
 *   set: (name, value, { maxAge, ...rest }) => res.cookie(name, value, { ...rest, maxAge: maxAge * 1000 }),
 * })
 * ```
 * @example js-cookie
 * ```ts
 * cookieStorage({
 *   get: (name) => Cookies.get(name),
 *   set: (name, value, { maxAge, httpOnly, ...rest }) =>
 *     Cookies.set(name, value, { ...rest, expires: maxAge / 86_400 }),
 * })
 * ```
 * @throws {ConfigurationError} `prefix` can't stand in a cookie's name, or there is `set` without `get`.
 */
export function cookieStorage(options: CookieStorageOptions = {}): TokenStorage {
  const { clock = systemClock, prefix = 'latchkey-' } = options
  if (!PREFIX.test(prefix))
    throw new ConfigurationError('prefix takes up to 64 characters that cookies take in names')
  if (options.set && !options.get) throw new ConfigurationError('cookieStorage takes set together with get')
  let cells: Cells | undefined
  const nameOf = (key: string): string => prefix + checksum(key)
  const locked = <T>(
    what: 'lock' | 'write',
    key: string,
    task: (lock: AbortSignal) => Promise<T>,
    how: ExclusiveOptions,
  ): Promise<T> =>
    inPage()
      ? exclusiveByWebLock(`latchkey:cookie:${what}:${nameOf(key)}`, task, how, clock)
      : exclusiveInProcess(options, `${what} ${key}`, task, how, clock)
  const here = (): Cells => {
    cells ??= cellsOf(options)
    return cells
  }
  return {
    get reach() {
      return inPage() && !options.domain ? 'origin' : 'request'
    },
    read: (key) => run(read(here(), nameOf(key))),
    // Of two writes at once, both would compare before either has set: they take turns.
    replace: (key, expected, next) => {
      const write = async (lock: AbortSignal): Promise<boolean> =>
        run(replace(heldCells(here(), lock, clock), nameOf(key), expected, next))
      return locked('write', key, write, { waitMs: WRITE_WAIT_MS })
    },
    exclusive: (key, task, how) => locked('lock', key, task, how),
  }
}

function inPage(): boolean {
  return typeof document !== 'undefined'
}

function* read(cells: Cells, name: string): Steps<string | null> {
  const plain = yield* readParts(cells, name)
  return plain === null ? null : fromPlain(plain)
}

function* replace(cells: Cells, name: string, expected: string | null, next: string): Steps<boolean> {
  const plain = yield* readParts(cells, name)
  if ((plain === null ? null : fromPlain(plain)) !== expected) return false
  const text = toPlain(next)
  if (text.length > MOST_BYTES) throw new StorageError('failed', 'The session is too long for cookies')
  return yield* replaceParts(cells, name, plain, text, CELL_BYTES)
}

function cellsOf(options: CookieStorageOptions): Cells {
  const { path = '/', maxAge = FOUR_HUNDRED_DAYS_S, sameSite = 'lax', domain } = options
  const page = inPage()
  if (!options.get && !page) throw new ConfigurationError('On a server, cookieStorage takes get and set')
  const access = options.get ? (options as CookieAccess) : documentCookies
  const jar = page ? pageJar(access) : requestJar(access)
  const attributes: CookieAttributes = {
    path,
    maxAge,
    sameSite,
    // Not every browser takes loopback for secure here.
    secure: options.secure ?? !(page && location.protocol === 'http:' && isSecureContext),
    httpOnly: !page && (options.httpOnly ?? true),
    ...(domain && { domain }),
  }
  return {
    get: (name) => run(jar.get(name)),
    set: (name, text) => run(jar.set(name, text, attributes)),
    remove: (name) => run(jar.set(name, '', { ...attributes, maxAge: 0 })),
  }
}
