import { ConfigurationError } from '../errors/configuration-error.ts'
import { RequestValidationError } from '../errors/request-validation-error.ts'
import type { Endpoint, Message } from './endpoint.ts'

/** A path that can't lead elsewhere, whatever its query says: most are like it. */
const PLAIN_PATH = /^(\/[\w-]+)+\/?(\?[!-~]*)?$/
/** In a path, not in what follows it. */
const DOT_SEGMENT = /^([^?#]*[\\/])?(\.|%2e){1,2}([\\/?#]|$)/i
/** What can't be one segment of a path: the last is half of a surrogate pair. */
const UNUSABLE = /^\.{0,2}$|\p{Cs}/u
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/

/**
 * Checks a base URL or an origin that may see credentials.
 *
 * @throws {ConfigurationError} It isn't an absolute URL, isn't `https:` (`http:` is for loopback alone), or has
 * user information, a query or a fragment.
 */
export function parseBaseUrl(value: string | URL, option: string): URL {
  const url = read(option, () => new URL(value))
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname))
  if (!isSafe || url.username || url.password || url.search || url.hash) {
    throw new ConfigurationError(`${option} must be a plain https: URL, or http: on loopback`)
  }
  return url
}

/** What is no URL may be no text either: `String` throws where `toString` is no function. */
function read<T>(option: string, reading: () => T): T {
  try {
    return reading()
  } catch {
    throw new ConfigurationError(`${option} is not an absolute URL`)
  }
}

/**
 * Where requests may go: under a base URL, and to the origins that may see its credentials. It keeps text: a URL is
 * ten times as large, and a server may hold a hundred thousand of these.
 */
export class Territory {
  /** The base URL. */
  readonly href: string
  /** The base URL's own origin. */
  readonly origin: string
  readonly #origins: readonly string[]
  readonly #prefix: string

  /** @throws {ConfigurationError} As {@link parseBaseUrl}. */
  constructor(baseUrl: string | URL, authorizedOrigins: readonly (string | URL)[] = []) {
    const { href, origin, pathname } = parseBaseUrl(baseUrl, 'baseUrl')
    this.href = href
    this.origin = origin
    this.#prefix = origin + pathname.replace(/\/+$/, '')
    this.#origins = authorizedOrigins.map((url) => parseBaseUrl(url, 'authorizedOrigins').origin)
  }

  /**
   * Resolves what a caller asks for. `session` and `/session` both go under the base URL's own path.
   *
   * @throws {ConfigurationError} It leads to another origin, out of the base path, or isn't a URL.
   */
  resolve(target: string | URL): string {
    if (typeof target === 'string' && PLAIN_PATH.test(target)) return this.#prefix + target
    // The platform's parser drops these: to it, `/\t/host` is another host and `.. ` the folder above.
    const text = read('The URL', () => String(target)).replace(/[\t\n\r]|^[\0-\x20]+|[\0-\x20]+$/g, '')
    return isAbsolute(text) ? this.#elsewhere(text) : this.#under(text)
  }

  /**
   * The URL of an operation.
   *
   * @throws {RequestValidationError} A path parameter is missing, empty, `.`, `..` or half a character.
   */
  locate({ operation, path }: Pick<Endpoint, 'operation' | 'path'>, { params = {}, query }: Message): string {
    const located =
      this.#prefix +
      path.replace(/\{(\w+)\}/g, (_, name: string) => {
        const value = params[name] ?? ''
        if (UNUSABLE.test(value)) {
          throw new RequestValidationError(operation, [{ message: 'unusable in a path', path: [name] }])
        }
        return encodeURIComponent(value)
      })
    if (!query) return located
    const url = new URL(located)
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, value)
    }
    return url.href
  }

  /** A URL of its own, never read against the base: `https:path` would then lie beside the base path. */
  #elsewhere(text: string): string {
    const url = read('The URL', () => new URL(text, /^[\\/]/.test(text) ? this.origin : undefined))
    // Not `url.origin`: a `blob:` URL's is the origin that made it.
    const origin = `${url.protocol}//${url.host}`
    const isListed = origin === this.origin || this.#origins.includes(origin)
    if (!isListed || url.username || url.password) {
      throw new ConfigurationError('This origin is not listed in authorizedOrigins')
    }
    return url.href
  }

  /** What follows begins with a slash, `?` or `#`, or is nothing: the origin before it stays what it is. */
  #under(path: string): string {
    if (DOT_SEGMENT.test(path)) throw new ConfigurationError('The path must have no . or .. segments')
    return this.#prefix + path.replace(/^(?=[^\\/?#])/, '/')
  }
}

function isAbsolute(text: string): boolean {
  return /^([a-z][a-z\d+.-]*:|[\\/]{2})/i.test(text)
}
