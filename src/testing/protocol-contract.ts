import type { SessionProtocol } from '../client/protocol.ts'
import { SessionClient } from '../client/session-client.ts'
import { SessionEndedError } from '../errors/session-ended-error.ts'
import { memoryStorage } from '../storage/memory-storage.ts'
import type { TokenStorage } from '../storage/token-storage.ts'
import type { Fetch } from '../support/fetch.ts'
import type { MaybePromise } from '../support/maybe-promise.ts'
import { type ContractCase, must } from './contract-case.ts'
import type { FakeClock } from './fake-clock.ts'

/** A protocol, and a server that it is tried on. */
export interface ProtocolUnderTest<Credentials, Resource, Extra> {
  readonly protocol: SessionProtocol<Credentials, Resource, Extra>
  /** Where the server is. */
  readonly baseUrl: string
  /** The server: a fake one, that lives by `clock`. */
  readonly fetch: Fetch
  readonly clock: FakeClock
  /** What signs in. */
  readonly credentials: Credentials
  /** A path that answers 200 with a good token, and 401 without. */
  readonly path: string
  /** How long an access token lives, in milliseconds. */
  readonly tokenLifeMs: number
  /** Tells a request that renews the session from any other. */
  isRefresh(request: Request): boolean
  /** Ends the session on the server, in so many words. */
  revoke(): void
}

/** What happens to a refresh instead of being sent. */
type Interruption = () => Promise<Response>

/** One trial of a protocol: clients that share a storage, on a network that can be interrupted. */
class Trial<Credentials, Resource, Extra> {
  readonly subject: ProtocolUnderTest<Credentials, Resource, Extra>
  readonly #storage: TokenStorage
  #interruptions: Interruption[] = []
  refreshes = 0

  constructor(subject: ProtocolUnderTest<Credentials, Resource, Extra>) {
    this.subject = subject
    this.#storage = memoryStorage({ clock: subject.clock })
  }

  client(): SessionClient<Credentials, Resource, Extra> {
    const { protocol, baseUrl, clock } = this.subject
    return new SessionClient(protocol, { baseUrl, clock, storage: this.#storage, fetch: this.#fetch })
  }

  async signedIn(): Promise<SessionClient<Credentials, Resource, Extra>> {
    const client = this.client()
    await this.until(client.createSession(this.subject.credentials))
    return client
  }

  until<T>(promise: Promise<T>): Promise<T> {
    return this.subject.clock.until(promise)
  }

  runOut(): Promise<void> {
    return this.subject.clock.advance(this.subject.tokenLifeMs + 2000)
  }

  interrupt(...interruptions: Interruption[]): void {
    this.#interruptions.push(...interruptions)
  }

  async succeeds(...clients: SessionClient<Credentials, Resource, Extra>[]): Promise<void> {
    const calls = clients.map((client) => client.fetch(this.subject.path))
    for (const { status } of await this.until(Promise.all(calls)))
      must(status === 200, `a call answered ${status}`)
  }

  readonly #fetch: Fetch = async (input, init) => {
    const request = new Request(input, init)
    if (!this.subject.isRefresh(request.clone())) return this.subject.fetch(request)
    const interruption = this.#interruptions.shift()
    if (interruption) return interruption()
    this.refreshes++
    return this.subject.fetch(request)
  }
}

const broken: Interruption = () => Promise.reject(new TypeError('fetch failed'))
const page =
  (status: number, headers?: Record<string, string>): Interruption =>
  async () =>
    new Response('<html><body>Welcome to our network</body></html>', {
      status,
      headers: { 'content-type': 'text/html', ...headers },
    })

type Rule = <Credentials, Resource, Extra>(trial: Trial<Credentials, Resource, Extra>) => Promise<void>

const RULES: Readonly<Record<string, Rule>> = {
  'a session that has begun carries calls': async (trial) => {
    await trial.succeeds(await trial.signedIn())
  },
  'a hundred calls over a token that has run out send one refresh': async (trial) => {
    const client = await trial.signedIn()
    await trial.runOut()
    await trial.succeeds(...Array.from({ length: 100 }, () => client))
    must(trial.refreshes === 1, `${trial.refreshes} refreshes were sent`)
  },
  'two clients that share the tokens refresh them once': async (trial) => {
    const clients = [await trial.signedIn(), trial.client()]
    for (let round = 1; round <= 3; round++) {
      await trial.runOut()
      await trial.succeeds(...clients)
      must(trial.refreshes === round, `${trial.refreshes} refreshes were sent in ${round} lives of a token`)
    }
  },
  'a client that starts later goes on with the session': async (trial) => {
    await trial.signedIn()
    await trial.runOut()
    await trial.succeeds(trial.client())
  },
  'a network that breaks before a refresh ends no session': async (trial) => {
    const client = await trial.signedIn()
    await trial.runOut()
    trial.interrupt(broken)
    await trial.succeeds(client)
  },
  'a page of somebody else’s ends no session, whatever its status': async (trial) => {
    const client = await trial.signedIn()
    for (const status of [200, 400, 401, 403, 404]) {
      await trial.runOut()
      trial.interrupt(page(status))
      await trial.succeeds(client)
    }
  },
  'a server that is busy or down ends no session': async (trial) => {
    const client = await trial.signedIn()
    for (const status of [429, 500, 502, 503]) {
      await trial.runOut()
      trial.interrupt(page(status, { 'retry-after': '1' }))
      await trial.succeeds(client)
    }
  },
  'a session that the server says is over ends, and says so': async (trial) => {
    const client = await trial.signedIn()
    trial.subject.revoke()
    await trial.runOut()
    const outcome: unknown = await trial.until(
      client.fetch(trial.subject.path).catch((error: unknown) => error),
    )
    must(outcome instanceof SessionEndedError, 'the call did not say that the session has ended')
    must(client.session.snapshot().status === 'ended', 'the snapshot does not say that the session has ended')
  },
  'signing out ends the session here, and for all who share it': async (trial) => {
    const [client, other] = [await trial.signedIn(), trial.client()]
    await trial.until(other.session.restore())
    await trial.until(client.session.end())
    for (const each of [client, other]) {
      const outcome = await trial.until(each.fetch(trial.subject.path).catch((error: unknown) => error))
      must(outcome instanceof Error, 'a call was sent after the sign-out')
    }
  },
  'a token goes to no other origin': async (trial) => {
    const client = await trial.signedIn()
    const outcome = await trial.until(client.fetch('https://other.test/').catch((error: unknown) => error))
    must(outcome instanceof Error, 'a call to another origin was sent')
  },
}

/**
 * Lists what a protocol must hold for the engine's promises to be kept, as named cases for any test runner:
 * `for (const { name, run } of protocolContract(make)) it(name, run)`.
 *
 * @param make called for each case: a protocol and a fresh server
 */
export function protocolContract<Credentials, Resource, Extra>(
  make: () => MaybePromise<ProtocolUnderTest<Credentials, Resource, Extra>>,
): readonly ContractCase[] {
  return Object.entries(RULES).map(([name, rule]) => ({
    name,
    run: async () => rule(new Trial(await make())),
  }))
}
