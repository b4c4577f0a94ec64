import type { Session, WaitOptions } from '../../src/session/session.ts'
import type { TokenStorage } from '../../src/storage/token-storage.ts'
import type { Clock } from '../../src/support/clock.ts'
import type { Fetch } from '../../src/support/fetch.ts'
import { told } from './engine-subject.ts'
import { EPOCH } from './machine.ts'
import type { ServerRules } from './model-server.ts'
import type { Arrival } from './network.ts'
import type { SimClient, Subject, Watched } from './sim-client.ts'
import type { World } from './world.ts'

/** A client as a program has it. */
export interface WholeClient {
  readonly session: Session
  readonly fetch: Fetch
  createSession(credentials: never): Promise<unknown>
}

/** The options that a world gives to every client. */
export interface WholeOptions {
  readonly baseUrl: string
  readonly key: string
  readonly storage: TokenStorage
  readonly clock: Clock
  readonly fetch: Fetch
  readonly keepAlive: boolean
  readonly reauthenticate?: () => never
}

/** A client as a program has it: ky, attempts and deadlines and all. */
export class WholeSubject implements Subject {
  /** It can't be told from outside. */
  readonly current: undefined
  readonly #client: WholeClient
  readonly #credentials: (user: string) => unknown
  #user = 'ada'

  constructor(
    client: SimClient,
    world: World,
    storage: TokenStorage,
    make: (options: WholeOptions) => WholeClient,
    credentials: (user: string) => unknown,
  ) {
    this.#credentials = credentials
    this.#client = make({
      baseUrl: client.api.baseUrl,
      key: world.key,
      storage,
      clock: client.clock,
      fetch: wire(client, world),
      keepAlive: world.chance.happens(0.15),
      ...(world.plan.reauthenticates && { reauthenticate: () => credentials(this.#user) as never }),
    })
  }

  get snapshot(): Subject['snapshot'] {
    return this.#client.session.snapshot
  }

  get on(): Subject['on'] {
    return this.#client.session.on
  }

  subscribe(): () => void {
    return this.#client.session.subscribe(() => {})
  }

  async fetch({ path }: Watched): Promise<number> {
    return (await this.#client.fetch(path)).status
  }

  token(options?: WaitOptions): Promise<string> {
    return this.#client.session.getAccessToken(options)
  }

  async refresh(options?: WaitOptions): Promise<unknown> {
    return (await this.#client.session.refresh(options)).kind
  }

  restore(): Promise<unknown> {
    return this.#client.session.restore()
  }

  signIn(user: string): Promise<unknown> {
    this.#user = user
    return this.#client.createSession(this.#credentials(user) as never)
  }

  signOut(): Promise<unknown> {
    return this.#client.session.end()
  }

  close(): Promise<void> {
    return this.#client.session.close()
  }
}

/** The platform's `fetch`, over a world's network. */
function wire(client: SimClient, world: World): Fetch {
  const { clock } = client.machine
  return async (input, init) => {
    const request = new Request(input, init)
    request.signal.throwIfAborted()
    const text = await request.text()
    const { method, headers } = request
    const sent = { method, path: new URL(request.url).pathname, headers, body: text && JSON.parse(text) }
    const [sentAt, started] = [clock.now(), clock.monotonic()]
    const arrival = await world.network.exchange(
      client,
      client.api.kindOf(sent, client),
      sent,
      request.signal,
    )
    const receivedAt = clock.now()
    const parted = Math.abs(receivedAt - sentAt - (clock.monotonic() - started))
    const date = Date.parse(arrival.headers.get('date') ?? '')
    if (!Number.isNaN(date) && parted <= 2000) client.learnsTime(date, sentAt, receivedAt)
    tellTime(client, world.server.rules, arrival)
    const { status, headers: answered, body } = arrival
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers: answered })
  }
}

/** Where tokens that can be read tell when they were issued, in whole seconds. */
function tellTime(client: SimClient, rules: ServerRules, { reply, foreign }: Arrival): void {
  if (foreign || !reply?.tokens || !reply.isNew || !rules.wholeSeconds) return
  const issuedAt = Math.floor((reply.tokens.issuedAt + EPOCH) / 1000) * 1000
  told(client)({ tokens: { accessToken: reply.tokens.accessToken, issuedAt } })
}
