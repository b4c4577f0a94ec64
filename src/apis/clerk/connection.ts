import { timeoutsOf } from '../../client/options.ts'
import { ConfigurationError } from '../../errors/configuration-error.ts'
import type { ReportDrift } from '../../http/answer.ts'
import type { Endpoint } from '../../http/endpoint.ts'
import { type CallOptions, HttpClient, type Interceptor } from '../../http/http-client.ts'
import { type Observer, readDate } from '../../http/observed-fetch.ts'
import { retryPolicyOf } from '../../http/retry-policy.ts'
import type { TransportEvents } from '../../http/transport-events.ts'
import { Territory } from '../../http/url.ts'
import { memoryStorage } from '../../storage/memory-storage.ts'
import type { TokenStorage } from '../../storage/token-storage.ts'
import { type Clock, systemClock } from '../../support/clock.ts'
import type { Emit } from '../../support/emitter.ts'
import type { Fetch } from '../../support/fetch.ts'
import {
  type AddVersion,
  browserCredential,
  type ClerkMode,
  developmentCredential,
  nativeCredential,
} from './credential.ts'
import { createDevBrowser } from './endpoints.ts'
import { ClerkApiError } from './errors.ts'
import { type FrontendApi, resolveFrontendApi } from './host.ts'
import type { ClerkClientOptions } from './options.ts'
import { StoredToken } from './stored-token.ts'

/** A time that the server told, in whole seconds, with our wall clock before and after. */
export type ToldTime = readonly [told: number, notBefore: number, notAfter: number]

/** What can stand in a header as it is: a token, perhaps behind its scheme. */
const SENDABLE = /^[\x21-\x7e]+( [\x21-\x7e]+)*$/

/** The way to one Frontend API: where it is, and how the client says who it is. */
export class ClerkConnection {
  readonly clock: Clock
  readonly storage: TokenStorage
  readonly fetch: Fetch
  readonly timeoutMs: number
  /** Failed attempts may be repeated. */
  readonly retries: boolean
  /** What watches requests go out. */
  readonly observer: Observer
  /** The instance, as in storage keys. */
  readonly instance: string
  readonly #http: HttpClient
  readonly #secrets: () => unknown
  readonly #intercept: Interceptor
  #stored: StoredToken | undefined
  #time: ToldTime | undefined

  /**
   * @param emit tells of the requests
   * @param reportDrift hears of answers that were let through, with `validation: 'report'`
   * @param secrets what must not get into an error, besides what a request carries
   * @throws {ConfigurationError} An option is no good.
   */
  constructor(
    options: ClerkClientOptions,
    emit: Emit<TransportEvents>,
    reportDrift: ReportDrift,
    secrets: () => unknown,
  ) {
    this.#secrets = secrets
    const frontendApi = resolveFrontendApi(options)
    const territory = new Territory(frontendApi.baseUrl)
    const mode = options.mode ?? defaultMode(frontendApi)
    const timeouts = timeoutsOf(options.timeout)
    this.clock = options.clock ?? systemClock
    this.observer = { clock: this.clock, emit }
    this.storage = options.storage ?? memoryStorage({ clock: this.clock })
    this.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
    this.timeoutMs = timeouts.total
    this.retries = options.retry !== false
    this.instance = `clerk ${territory.href}`
    this.#http = new HttpClient({
      territory,
      fetch: this.fetch,
      headers: options.headers,
      retry: retryPolicyOf(options.retry),
      timeouts,
      observer: {
        ...this.observer,
        onAnswer: (response, notBefore, notAfter) => {
          const told = readDate(response, territory.origin)
          if (told !== undefined) this.#time = [told, notBefore, notAfter]
        },
      },
      toError: (failure) => new ClerkApiError(failure),
      onDrift: options.validation === 'report' ? reportDrift : undefined,
    })
    this.#intercept = this.#credential(mode, versionAdder(mode, options.apiVersion), options.clientToken)
  }

  /** Whoever connects next with this storage is the same client. */
  get settled(): boolean {
    return this.#stored?.saved ?? true
  }

  /** What the server last said the time is; `undefined`: nothing, as in a browser. */
  get time(): ToldTime | undefined {
    return this.#time
  }

  /** Calls one operation as this client. */
  send<Input, Output>(
    endpoint: Endpoint<Input, Output>,
    input: Input,
    options?: CallOptions,
  ): Promise<Output> {
    const [intercept, secrets] = [this.#intercept, this.#secrets]
    return this.#http.send(endpoint, input, { ...options, intercept, secrets })
  }

  #credential(mode: ClerkMode, addVersion: AddVersion, token: string | undefined): Interceptor {
    if (token !== undefined && (mode === 'browser' || !SENDABLE.test(token)))
      throw new ConfigurationError('clientToken is a token, and for mode native or development')
    if (mode === 'browser') return browserCredential(addVersion)
    const stored = new StoredToken(this.storage, `latchkey ${this.instance} ${mode}`, this.clock, token)
    this.#stored = stored
    if (mode === 'native') return nativeCredential(stored, addVersion)
    return developmentCredential(stored, addVersion, async () => {
      const { id } = await this.#http.send(createDevBrowser, undefined, {
        intercept: browserCredential(addVersion),
      })
      return id
    })
  }
}

function defaultMode({ instance }: FrontendApi): ClerkMode {
  if (!('document' in globalThis)) return 'native'
  return instance === 'development' ? 'development' : 'browser'
}

/** In a browser a header of its own would cost a preflight. Never both: the API refuses that. */
function versionAdder(mode: ClerkMode, version: string | undefined): AddVersion {
  if (version === undefined) return () => {}
  if (!/^\d{4}-\d\d-\d\d$/.test(version))
    throw new ConfigurationError('apiVersion must be a date: YYYY-MM-DD')
  if (mode === 'native') return ({ headers }) => headers.set('clerk-api-version', version)
  return ({ url, headers }) => {
    headers.delete('clerk-api-version')
    url.searchParams.set('__clerk_api_version', version)
  }
}
