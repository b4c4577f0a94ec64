import type { ClerkConnection } from '../../src/apis/clerk/connection.ts'
import { ClerkApiError } from '../../src/apis/clerk/errors.ts'
import { mint } from '../../src/apis/clerk/minting.ts'
import {
  isYounger,
  judgeMinting,
  sessionTokenPolicy,
  type TokenOrigin,
} from '../../src/apis/clerk/protocol.ts'
import { grantOf } from '../../src/apis/clerk/session-token.ts'
import { type Authorize, authenticatedFetch } from '../../src/client/authenticated-fetch.ts'
import { TimeoutError } from '../../src/errors/timeout-error.ts'
import type { Grant } from '../../src/session/protocol.ts'
import type { WaitOptions } from '../../src/session/session.ts'
import { SessionEngine } from '../../src/session/session-engine.ts'
import type { TokenStorage } from '../../src/storage/token-storage.ts'
import { withDeadline } from '../../src/support/deadline.ts'
import type { Fetch } from '../../src/support/fetch.ts'
import { PATIENCE_MS, told, watching } from './engine-subject.ts'
import type { SimClient, Subject, Watched } from './sim-client.ts'
import { bareFetch, bareTransport, plain } from './transport.ts'
import type { World } from './world.ts'

type TokenEngine = SessionEngine<void, void, TokenOrigin>

const bearer: Authorize = ({ headers }, tokens) =>
  headers.set('authorization', `Bearer ${tokens?.accessToken}`)

/** Engines under Clerk's rules for session tokens, one for each of Clerk's sessions, over a bare transport. */
export class ClerkSubject implements Subject {
  readonly #client: SimClient
  readonly #world: World
  readonly #storage: TokenStorage
  readonly #connection: ClerkConnection
  readonly #fetch: Fetch
  readonly #engines = new Map<string, TokenEngine>()
  readonly #listening: ((engine: TokenEngine) => void)[] = []

  constructor(client: SimClient, world: World, storage: TokenStorage) {
    const observeTime = (...seen: [number, number, number]): void => {
      client.learnsTime(...seen)
      for (const engine of this.#engines.values()) engine.observeTime(...seen)
    }
    const toError = (failure: ConstructorParameters<typeof ClerkApiError>[0]): ClerkApiError =>
      new ClerkApiError(failure)
    const transport = bareTransport({ client, world, toError, observeTime })
    this.#client = client
    this.#world = world
    // A session token can always be minted again: without its storage, the engine goes on in memory.
    this.#storage = { ...storage, reach: 'client' }
    this.#fetch = bareFetch({ client, world, observeTime })
    this.#connection = {
      retries: true,
      send: (endpoint: never, input: never) => transport.send(endpoint, input, { intercept: plain }),
    } as unknown as ClerkConnection
  }

  get current(): string | undefined {
    return this.#engine.current
  }

  readonly snapshot: Subject['snapshot'] = () => this.#engine.snapshot()

  readonly on: Subject['on'] = (type, listener) => {
    const listen = (engine: TokenEngine): void => {
      engine.on(type, (event) => {
        if (engine === this.#engine) listener(event)
      })
    }
    this.#listening.push(listen)
    for (const engine of this.#engines.values()) listen(engine)
    return () => {}
  }

  subscribe(): () => void {
    return this.#engine.subscribe(() => {})
  }

  async fetch({ leased, path }: Watched): Promise<number> {
    const engine = await this.#opened()
    const carried = authenticatedFetch(watching(engine, leased), bearer, this.#fetch)
    return (await carried(`${this.#client.api.baseUrl}${path}`)).status
  }

  token(options?: WaitOptions): Promise<string> {
    return this.#within(options, (engine) => engine.getAccessToken(options))
  }

  refresh(options?: WaitOptions): Promise<unknown> {
    return this.#within(options, async (engine) => (await engine.refresh(options)).kind)
  }

  restore(): Promise<unknown> {
    return this.#engine.restore()
  }

  /** The user has signed in on the server: there is a session to have tokens of. */
  signIn(): Promise<unknown> {
    return this.#opened()
  }

  async signOut(): Promise<unknown> {
    const session = this.#world.clerkSession
    const result = await this.#engine.end()
    const url = `${this.#client.api.baseUrl}/client/sessions/${session}/end`
    await this.#fetch(url, { method: 'POST', headers: new Headers() })
    return result
  }

  async close(): Promise<void> {
    await Promise.all([...this.#engines.values()].map((engine) => engine.close()))
  }

  #within<T>(
    { timeout: ms = PATIENCE_MS }: WaitOptions = {},
    act: (engine: TokenEngine) => Promise<T>,
  ): Promise<T> {
    const error = (): Error => new TimeoutError('No session token was to be had in time')
    return withDeadline(this.#client.machine.clock, { ms, error }, async () => act(await this.#opened()))
  }

  async #opened(): Promise<TokenEngine> {
    const [engine, session] = [this.#engine, this.#world.clerkSession]
    await engine.beginOnce(() => this.#mint(session))
    return engine
  }

  async #mint(session: string): Promise<Grant<void, TokenOrigin>> {
    const { jwt } = await mint(this.#connection, { session }, () => undefined)
    return told(this.#client)(grantOf(jwt, ''))
  }

  get #engine(): TokenEngine {
    const session = this.#world.clerkSession
    const known = this.#engines.get(session)
    if (known) return known
    const create = (): Promise<Grant<void, TokenOrigin>> => this.#mint(session)
    const engine: TokenEngine = new SessionEngine({
      backend: {
        ...sessionTokenPolicy,
        audience: session,
        supersedes: isYounger,
        create,
        refresh: create,
        judge: judgeMinting,
      },
      storage: this.#storage,
      key: this.#world.key,
      clock: this.#client.clock,
      keepAlive: false,
      reauthenticate: undefined,
      timeoutMs: PATIENCE_MS,
    })
    this.#engines.set(session, engine)
    for (const listen of this.#listening) listen(engine)
    return engine
  }
}
