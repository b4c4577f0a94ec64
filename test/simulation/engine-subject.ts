import { authenticatedFetch, boundTo, type LeaseSource } from '../../src/client/authenticated-fetch.ts'
import { ProtocolBackend } from '../../src/client/backend.ts'
import type { SessionProtocol } from '../../src/client/protocol.ts'
import { ApiError } from '../../src/errors/api-error.ts'
import type { SessionBackend } from '../../src/session/protocol.ts'
import type { WaitOptions } from '../../src/session/session.ts'
import { SessionEngine } from '../../src/session/session-engine.ts'
import type { TokenStorage } from '../../src/storage/token-storage.ts'
import type { Fetch } from '../../src/support/fetch.ts'
import type { SimClient, Subject, Watched } from './sim-client.ts'
import { bareFetch, bareTransport } from './transport.ts'
import type { World } from './world.ts'

/** How long calls wait where they don't say, in milliseconds. */
export const PATIENCE_MS = 30_000

export interface EngineSubjectOptions {
  readonly client: SimClient
  readonly world: World
  readonly storage: TokenStorage
  readonly protocol: SessionProtocol
  readonly credentials: (user: string) => unknown
}

/** An engine under a real protocol's rules, over a bare transport. */
export class EngineSubject implements Subject {
  readonly #client: SimClient
  readonly #protocol: SessionProtocol
  readonly #engine: SessionEngine<unknown, unknown, unknown>
  readonly #backend: ProtocolBackend<unknown, unknown, unknown>
  readonly #fetch: Fetch
  readonly #credentials: (user: string) => unknown
  #user = 'ada'

  constructor({ client, world, storage, protocol, credentials }: EngineSubjectOptions) {
    const { clock } = client
    const observeTime = (...seen: [number, number, number]): void => {
      client.learnsTime(...seen)
      this.#engine.observeTime(...seen)
    }
    const toError = (failure: ConstructorParameters<typeof ApiError>[0]): ApiError =>
      protocol.toError?.(failure) ?? new ApiError(failure)
    const options = { client, world, toError, observeTime }
    this.#client = client
    this.#protocol = protocol
    this.#credentials = credentials
    this.#fetch = bareFetch(options)
    this.#backend = new ProtocolBackend(protocol, bareTransport(options), 'simulated')
    this.#engine = new SessionEngine({
      backend: noting(client, this.#backend),
      storage,
      key: 'key',
      clock,
      keepAlive: world.chance.happens(0.15),
      reauthenticate: world.plan.reauthenticates ? () => credentials(this.#user) : undefined,
      timeoutMs: PATIENCE_MS,
    })
  }

  get current(): string | undefined {
    return this.#engine.current
  }

  get snapshot(): Subject['snapshot'] {
    return this.#engine.snapshot
  }

  get on(): Subject['on'] {
    return this.#engine.on
  }

  subscribe(): () => void {
    return this.#engine.subscribe(() => {})
  }

  async fetch({ leased, path }: Watched): Promise<number> {
    const source = watching(boundTo(this.#engine), leased)
    const authorize = this.#protocol.authorize.bind(this.#protocol)
    const carried = authenticatedFetch(source, authorize, this.#fetch)
    return (await carried(`${this.#client.api.baseUrl}${path}`)).status
  }

  token(options?: WaitOptions): Promise<string> {
    return this.#engine.getAccessToken(options)
  }

  async refresh(options?: WaitOptions): Promise<unknown> {
    return (await this.#engine.refresh(options)).kind
  }

  restore(): Promise<unknown> {
    return this.#engine.restore()
  }

  signIn(user: string): Promise<unknown> {
    this.#user = user
    return this.#engine.begin(() => this.#backend.create(this.#credentials(user)).then(told(this.#client)))
  }

  signOut(): Promise<unknown> {
    return this.#engine.end()
  }

  close(): Promise<void> {
    return this.#engine.close()
  }
}

/** Notes what a refresh is for, just before it is sent: some requests don't tell. */
function noting(client: SimClient, backend: SessionBackend): SessionBackend {
  const { audience, refreshWindowMs, early, repeatable, minimumLifeMs = 0, supersedes, revoke } = backend
  return {
    audience,
    refreshWindowMs,
    early,
    repeatable,
    minimumLifeMs,
    ...(supersedes && { supersedes }),
    revoke,
    renewable: (tokens) => backend.renewable?.(tokens) !== false,
    judge: (...failure) => backend.judge(...failure),
    create: (...request) => backend.create(...request).then(told(client)),
    refresh: (tokens, lock) => {
      client.renewing = tokens.accessToken
      try {
        return backend.refresh(tokens, lock).then(told(client, tokens.accessToken))
      } finally {
        client.renewing = undefined
      }
    },
  }
}

interface Told {
  readonly tokens: { readonly accessToken: string; readonly issuedAt?: number | undefined }
}

/** Where nothing else does, tokens tell what time it is for the server. */
export function told(client: SimClient, before?: string): <G extends Told>(grant: G) => G {
  return (grant) => {
    const { accessToken, issuedAt } = grant.tokens
    const now = client.machine.clock.now()
    if (issuedAt !== undefined && accessToken !== before && !client.serverClock.known)
      client.learnsTime(issuedAt, now, now)
    return grant
  }
}

/** Tells of every lease that a call is given. */
export function watching(source: LeaseSource, leased: Watched['leased']): LeaseSource {
  return {
    acquire: async (options) => {
      const lease = await source.acquire(options)
      leased(lease.session, lease.tokens.accessToken)
      return lease
    },
    afterRefusal: async (...refusal) => {
      const lease = await source.afterRefusal(...refusal)
      if (lease) leased(lease.session, lease.tokens.accessToken)
      return lease
    },
  }
}
