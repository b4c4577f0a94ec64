import type { SessionProtocol } from '../client/protocol.ts'
import { memoryStorage, SessionClient } from '../index.ts'
import type { TokenStorage } from '../storage/token-storage.ts'
import type { Fetch } from '../support/fetch.ts'
import type { MaybePromise } from '../support/maybe-promise.ts'
import { sleep } from '../support/timer.ts'
import { must } from './contract-case.ts'
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
  /** Tells a request that renews the session from any other. Its body may be read. */
  isRefresh(request: Request): MaybePromise<boolean>
  /** Ends the session on the server, in so many words. */
  revoke(): void
}

/** What happens to a request instead of being sent. */
export type Interruption = (send: () => Promise<Response>) => Promise<Response>

/** The time in which a token's end is told in whole seconds, and read off a clock that is told in whole seconds. */
const RESOLUTION_MS = 2000

/** One trial of a protocol: clients that share a storage, on a network that can be interrupted. */
export class ProtocolTrial<Credentials, Resource, Extra> {
  readonly subject: ProtocolUnderTest<Credentials, Resource, Extra>
  readonly #storage: TokenStorage
  #interruptions: Interruption[] = []
  /** How many requests have been sent, of whichever kind. */
  sent = 0
  /** How many refreshes have been sent. */
  refreshes = 0
  /** How many other requests were answered 401. */
  refused = 0
  /** How long a request that is no refresh takes to reach the server, in milliseconds. */
  delayMs = 0

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

  /** Lets a share of a token's life pass. */
  live(share: number): Promise<void> {
    return this.subject.clock.advance(this.subject.tokenLifeMs * share)
  }

  runOut(): Promise<void> {
    return this.subject.clock.advance(this.subject.tokenLifeMs + RESOLUTION_MS)
  }

  /** Interrupts the next requests that renew the session; or the next of any kind, where there was no session yet. */
  interrupt(...interruptions: Interruption[]): void {
    this.#interruptions.push(...interruptions)
  }

  /** Makes a call with each client at once. */
  async succeeds(...clients: SessionClient<Credentials, Resource, Extra>[]): Promise<void> {
    const calls = clients.map((client) => client.fetch(this.subject.path))
    for (const { status } of await this.until(Promise.all(calls)))
      must(status === 200, `a call answered ${status}`)
  }

  /** What a call with a client came to: its answer, or what it rejected with. */
  outcome(client: SessionClient<Credentials, Resource, Extra>, url?: string): Promise<unknown> {
    return this.until(client.fetch(url ?? this.subject.path).catch((error: unknown) => error))
  }

  /** When the server lets a token that it has just issued run out is what the client believes, if it believes anything. */
  mustKnowTheLife({ session }: SessionClient<Credentials, Resource, Extra>): void {
    const { expiresAt } = session.snapshot()
    const { clock, tokenLifeMs } = this.subject
    const off = expiresAt === undefined ? 0 : expiresAt - clock.now() - tokenLifeMs
    must(Math.abs(off) <= RESOLUTION_MS, `a new token is taken to run out ${off} ms later than it does`)
  }

  readonly #fetch: Fetch = async (input, init) => {
    const request = new Request(input, init)
    const isRefresh = await this.subject.isRefresh(request.clone())
    const send = (): Promise<Response> => {
      this.sent++
      if (isRefresh) this.refreshes++
      return this.subject.fetch(request)
    }
    const interruption = isRefresh || this.sent === 0 ? this.#interruptions.shift() : undefined
    if (interruption) return interruption(send)
    if (isRefresh) return send()
    if (this.delayMs > 0) await sleep(this.subject.clock, this.delayMs, request.signal)
    const response = await send()
    if (response.status === 401) this.refused++
    return response
  }
}
