import type { SessionEvents } from '../../src/session/events.ts'
import type { SessionPolicy } from '../../src/session/protocol.ts'
import { ServerClock } from '../../src/session/server-clock.ts'
import type { WaitOptions } from '../../src/session/session.ts'
import type { SessionSnapshot } from '../../src/session/snapshot.ts'
import type { Clock } from '../../src/support/clock.ts'
import { CLOCK_MS } from './excuses.ts'
import type { Outcome, Refresh } from './ledger.ts'
import { EPOCH, type Machine } from './machine.ts'
import type { Request, ServerLives, ServerRules, Tokens } from './model-server.ts'
import type { Arrival, Kind } from './network.ts'
import type { World } from './world.ts'

/** A refresh that was asked for may have to wait so long for the lock, and for a cool-down, in milliseconds. */
const ASKED_MS = 400_000

/** What was begun when a client was wrong about the time may take so long to be sent, in milliseconds. */
const CORRECTED_MS = 60_000

/** What a world needs to know of an API to have clients of it. */
export interface SimApi {
  readonly baseUrl: string
  readonly policy: SessionPolicy
  rules(lives: ServerLives): ServerRules
  /** What a request asks for. */
  kindOf(request: Request, client: SimClient): Kind
  /** The access token that a refresh was sent with; `undefined`: it doesn't tell. */
  renews(request: Request, client: SimClient): string | undefined
  describe(request: Request): string
  open(client: SimClient, world: World, storageHome: object): Subject
}

/** A client as a world drives it, whatever it is made of. */
export interface Subject {
  /** The session that it is in; `undefined`: none, or it can't be told. */
  readonly current: string | undefined
  readonly snapshot: () => SessionSnapshot
  readonly on: <Type extends keyof SessionEvents>(
    type: Type,
    listener: (event: SessionEvents[Type]) => void,
  ) => () => void
  subscribe(): () => void
  /** Sends an API call, and answers its status. */
  fetch(call: Watched): Promise<number>
  token(options?: WaitOptions): Promise<string>
  refresh(options?: WaitOptions): Promise<unknown>
  restore(): Promise<unknown>
  signIn(user: string): Promise<unknown>
  signOut(): Promise<unknown>
  close(): Promise<void>
}

/** Hears under which session a call is let in, and with which token. */
export interface Watched {
  readonly leased: (session: string, accessToken: string) => void
  /** What it asks for: no other call has the same. */
  readonly path: string
}

/** One client of a world, and what an observer knows of it. */
export class SimClient {
  readonly name: string
  readonly machine: Machine
  readonly api: SimApi
  /**
   * Its machine's clock, as the client reads it. A look at it after it was set is what makes a client forget the
   * server's time, so the observer has to look when the client does.
   */
  readonly clock: Clock
  /** What it takes the server's time to be, from what it was told. */
  readonly serverClock: ServerClock
  subject!: Subject
  isClosed = false
  /** When the storage last failed it. */
  storageFailedAt: number = Number.NEGATIVE_INFINITY
  /** The session that it was in after the last step. */
  holding: string | undefined
  /** The access token that the refresh about to be sent is for, where the request doesn't tell. */
  renewing: string | undefined
  /** When its program last asked it to refresh. */
  #askedAt: number = Number.NEGATIVE_INFINITY
  /** How often its program has asked it to sign in, and to sign out. */
  signIns = 0
  signOuts = 0
  /** When it last learnt that it had been wrong about the server's time. */
  #correctedAt: number = Number.NEGATIVE_INFINITY
  readonly #world: World

  constructor(name: string, machine: Machine, api: SimApi, world: World) {
    this.name = name
    this.machine = machine
    this.api = api
    this.serverClock = new ServerClock(machine.clock)
    const now = (): number => {
      void this.serverClock.known
      return machine.clock.now()
    }
    this.clock = { ...machine.clock, now }
    this.#world = world
  }

  get isLiving(): boolean {
    return !this.machine.isDead && !this.isClosed
  }

  /** It is told what time it is for the server. */
  learnsTime(told: number, notBefore: number, notAfter: number): void {
    if (this.clockError > CLOCK_MS) this.#correctedAt = this.#world.now
    this.serverClock.observe(told, notBefore, notAfter)
  }

  /** How far off it takes the server's time to be, in milliseconds. */
  get clockError(): number {
    return Math.abs(this.serverClock.now() - EPOCH - this.#world.now)
  }

  /** Its program asks it to refresh. */
  isAsked(): void {
    this.#askedAt = this.#ownTime()
  }

  /** The time that has passed for it: a pause is none. */
  #ownTime(): number {
    return this.#world.now - this.machine.pausedMs
  }

  /** A refresh is being sent. */
  sends(request: Request): Refresh {
    const { server, ledger, storage, timeline } = this.#world
    const tokens = server.find(this.api.renews(request, this))
    const refresh: Refresh = {
      client: this,
      tokens,
      sentAt: timeline.now,
      underLock: storage.isHeldBy(this),
      cause: this.#causeFor(tokens),
      clockError: this.clockError,
    }
    for (const rule of ['isSentOnce', 'isSentUnderLock', 'isDue', 'isCooled'] as const)
      this.#world.check(rule, refresh)
    ledger.refreshes.push(refresh)
    if (tokens) ledger.of(tokens).refreshes.push(refresh)
    return refresh
  }

  /** An answer, or the news that there will be none, has come in. */
  hears(kind: Kind, request: Request, refresh: Refresh | undefined, arrival: Arrival | undefined): void {
    const { server, ledger } = this.#world
    if (refresh) {
      refresh.outcome = outcomeOf(arrival)
      refresh.settledAt = this.#world.now
    }
    const noted = kind === 'create' ? arrival?.reply?.tokens : refresh?.won
    if (noted && this.clockError > CLOCK_MS) ledger.of(noted).isMisdated = true
    const isRefused = kind === 'api' && arrival?.status === 401
    const carried = isRefused ? server.find(server.rules.carried(request)) : undefined
    if (carried) ledger.of(carried).isRefused = true
  }

  /** Why it is time to renew tokens, if it is. */
  #causeFor(tokens: Tokens | undefined): string | undefined {
    const { ledger, timeline } = this.#world
    if (this.#ownTime() - this.#askedAt < ASKED_MS) return 'asked for'
    if (!tokens) return 'unknown'
    if (ledger.of(tokens).isRefused) return 'refused'
    if (timeline.now - this.#correctedAt < CORRECTED_MS) return 'due, as far as the client knew'
    const { refreshWindowMs, minimumLifeMs = 0 } = this.api.policy
    const life = tokens.expiresAt - tokens.issuedAt
    const window = Math.max(minimumLifeMs, Math.min(refreshWindowMs, life / 3))
    const due = EPOCH + tokens.expiresAt - window - 2500
    if (EPOCH + timeline.now >= due) return 'due'
    return this.serverClock.now() >= due ? 'due, as far as the client knows' : undefined
  }
}

function outcomeOf(arrival: Arrival | undefined): Outcome {
  if (!arrival) return 'unclear'
  const { status, foreign, reply } = arrival
  if (status === 429 || status === 503) return 'turned away'
  if (foreign || status >= 500) return 'unclear'
  if (status >= 400) return 'refused'
  return reply?.isNew ? 'won' : 'unchanged'
}
