import { ConfigurationError } from '../../errors/configuration-error.ts'
import { parseBaseUrl } from '../../http/url.ts'

/** Where Clerk's Frontend API is: exactly one of the three. */
export interface FrontendApiOptions {
  /** The application's publishable key, which names the host: `pk_test_…` or `pk_live_…`. */
  readonly publishableKey?: string | undefined
  /** The host alone: `clerk.example.com`. */
  readonly frontendApi?: string | undefined
  /** A proxy in front of the Frontend API, with a path of its own if it has one: `https://example.com/__clerk`. */
  readonly proxyUrl?: string | URL | undefined
}

/** A Frontend API that has been found. */
export interface FrontendApi {
  /** What the operations' paths go under. It ends in `/v1`. */
  readonly baseUrl: string
  /** What kind of instance it is, where the publishable key tells. */
  readonly instance: 'development' | 'production' | undefined
}

const PUBLISHABLE_KEY = /^pk_(test|live)_([A-Za-z0-9+/]+={0,2})$/
const HOST = /^[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?$/i

/**
 * Finds the Frontend API.
 *
 * @throws {ConfigurationError} None of the three was given, or more than one, or what was given is malformed.
 */
export function resolveFrontendApi(options: FrontendApiOptions): FrontendApi {
  const { publishableKey, frontendApi, proxyUrl } = options
  const given = [publishableKey, frontendApi, proxyUrl].filter((value) => value !== undefined)
  if (given.length !== 1) {
    throw new ConfigurationError('Give exactly one of publishableKey, frontendApi and proxyUrl')
  }
  if (publishableKey !== undefined) return readPublishableKey(publishableKey)
  if (frontendApi !== undefined)
    return { baseUrl: baseUrlOf(frontendApi, 'frontendApi'), instance: undefined }
  const { origin, pathname } = parseBaseUrl(proxyUrl ?? '', 'proxyUrl')
  return { baseUrl: `${origin}${pathname.replace(/\/+$/, '')}/v1`, instance: undefined }
}

function readPublishableKey(key: string): FrontendApi {
  const [, kind, encoded = ''] = PUBLISHABLE_KEY.exec(key) ?? []
  const decoded = decode(encoded)
  if (!decoded.endsWith('$'))
    throw new ConfigurationError('publishableKey must be pk_test_ or pk_live_ and an encoded host')
  return {
    baseUrl: baseUrlOf(decoded.slice(0, -1), 'The host in publishableKey'),
    instance: kind === 'test' ? 'development' : 'production',
  }
}

function decode(encoded: string): string {
  try {
    return atob(encoded)
  } catch {
    return ''
  }
}

/** The host is held to be one before it gets into a URL: what follows a slash or an `@` would be another. */
function baseUrlOf(host: string, option: string): string {
  const baseUrl = `https://${host}/v1`
  if (!HOST.test(host) || !URL.canParse(baseUrl)) {
    throw new ConfigurationError(`${option} must be a bare host, without scheme, user information or path`)
  }
  return baseUrl
}
