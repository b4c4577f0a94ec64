import { APIS } from './apis.ts'
import { Chance } from './chance.ts'
import { CLOCK_MS, type Observed } from './excuses.ts'
import * as invariants from './invariants.ts'
import type { Call } from './ledger.ts'
import { Ledger, type Write } from './ledger.ts'
import { EPOCH, Machine, type WallClock } from './machine.ts'
import { ModelServer, type Tokens } from './model-server.ts'
import { Network } from './network.ts'
import { CALM, drawPlan, type Plan, PROTOCOLS } from './plan.ts'
import { SharedStorage } from './shared-storage.ts'
import { SimClient } from './sim-client.ts'
import { settle, Timeline } from './timeline.ts'

/** A world that keeps busy for longer than this has no rest. */
const MOST_STEPS = 60_000

/** So many seeds have one world of each protocol with whole clients in place of engines. */
const WHOLE_EVERY = 80

/** Hears what happens, to whom. */
export type Trace = (at: number, who: string, text: string) => void

/** A rule that was broken. */
export interface Violation {
  readonly rule: string
  readonly detail: string
}

type RuleName = keyof typeof invariants
type Fact<Name extends RuleName> = Parameters<(typeof invariants)[Name]>[0]

/** One seeded world: a server, a storage, and clients on machines, on one time. */
export class World {
  readonly plan: Plan
  readonly chance: Chance
  readonly timeline = new Timeline()
  readonly server: ModelServer
  readonly network: Network
  readonly storage: SharedStorage
  readonly ledger: Ledger
  readonly clients: SimClient[] = []
  readonly machines: Machine[] = []
  readonly violations: Violation[] = []
  readonly trace: ((who: string, text: string) => void) | undefined
  /** Clerk's session that the clients have tokens of. */
  clerkSession = ''
  steps = 0
  readonly #wall: WallClock = { ahead: 0 }
  readonly #homes = new WeakMap<Machine, object>()

  constructor(seed: number, trace?: Trace) {
    this.chance = new Chance(seed)
    const protocol = PROTOCOLS[seed % PROTOCOLS.length] as Plan['protocol']
    this.plan = drawPlan(this.chance, protocol, seed % WHOLE_EVERY < PROTOCOLS.length)
    this.trace = trace && ((who, text) => trace(this.now, who, text))
    this.server = new ModelServer(APIS[protocol].rules(this.plan.lives), this.timeline)
    this.network = new Network(this, this.plan.weather)
    this.storage = new SharedStorage(this)
    this.ledger = new Ledger(() => this.timeline.now)
    this.#wall.ahead = this.#clockError()
  }

  get key(): string {
    return this.clerkSession ? `key ${this.clerkSession}` : 'key'
  }

  get now(): number {
    return this.timeline.now
  }

  /** Lets one thing happen, and everything that follows from it at once. `false`: nothing is left up to `until`. */
  async step(until: number): Promise<boolean> {
    if (!this.timeline.step(until)) return false
    this.steps++
    await settle()
    for (const client of this.clients) {
      // One that was closed may still be finishing a refresh.
      if (!client.machine.isDead && client.subject.snapshot().status === 'active')
        client.holding = client.subject.current
    }
    return true
  }

  /** Lets time pass, unless something has been found wrong. */
  async pass(milliseconds: number): Promise<void> {
    const until = this.now + milliseconds
    await settle()
    while (!this.violations.length && (await this.step(until))) {
      if (this.steps > MOST_STEPS) this.break('comesToRest', 'it never does')
    }
  }

  /** From now on nothing goes wrong any more. */
  calm(): void {
    this.trace?.('', 'From now on nothing goes wrong')
    this.network.weather = CALM
    this.network.doubts = 0
    this.storage.outages = []
    this.storage.spikes = 0
    for (const machine of this.machines) {
      machine.spare()
      machine.wake()
    }
  }

  addMachine(): Machine {
    const name = `machine ${this.machines.length + 1}`
    // Pages are on one computer, and so are the processes of one machine.
    const wall = this.plan.reach === 'fleet' ? { ahead: this.#clockError() } : this.#wall
    const machine = new Machine(name, wall, this.timeline, this.chance, (text) => this.trace?.(name, text))
    this.machines.push(machine)
    return machine
  }

  addClient(machine: Machine): SimClient {
    const home = this.#homes.get(machine) ?? {}
    this.#homes.set(machine, home)
    const name = `client ${this.clients.length + 1}`
    const client = new SimClient(name, machine, APIS[this.plan.protocol], this)
    client.subject = client.api.open(client, this, home)
    this.trace?.(name, `starts on ${machine.name}`)
    this.clients.push(client)
    this.#listen(client)
    return client
  }

  /** A program calls something. */
  call(
    client: SimClient,
    name: string,
    budgetMs: number,
    act: (call: Call) => Promise<unknown>,
  ): Promise<Call> {
    const call: Call = {
      client,
      name,
      budgetMs,
      startedAt: this.now,
      pausedBefore: client.machine.pausedMs,
      session: undefined,
      families: new Set(),
    }
    this.ledger.calls.push(call)
    this.trace?.(client.name, `is asked to ${name}`)
    const settled = (result: unknown): Call => {
      call.settledAt = this.now
      call.result = result
      this.trace?.(client.name, `is done with ${name}: ${shown(result)}`)
      this.check('isInTime', call)
      return call
    }
    return act(call).then(settled, settled)
  }

  /** A call was let in under a session, with a token. */
  leased(call: Call, session: string, accessToken: string): void {
    call.session ??= session
    const tokens = this.server.find(accessToken) as Tokens
    this.ledger.session(session).families.add(tokens.family)
    call.families.add(tokens.family)
    this.shown(call.client, accessToken)
    this.check('isItsOwn', call)
  }

  /** An API call is being sent; its path tells which. */
  sent(client: SimClient, path: string, accessToken: string | undefined): void {
    const call = this.ledger.calls[Number(path.split('/').at(-1))]
    const tokens = this.server.find(accessToken)
    if (!call || !tokens) return
    call.families.add(tokens.family)
    this.shown(client, tokens.accessToken)
    this.check('isItsOwn', call)
  }

  /** A token was shown to a program, or sent. */
  shown(client: SimClient, accessToken: string): void {
    this.check('isStored', { client, tokens: this.server.find(accessToken) as Tokens })
  }

  wrote(write: Write): void {
    const { client, before, after } = write
    const facts = this.ledger.session(after.session)
    const tokens = this.server.find(after.tokens?.accessToken)
    if (tokens) {
      facts.families.add(tokens.family)
      const known = this.ledger.of(tokens)
      if (known.storedAt === undefined) {
        known.isMisdated ||= client.clockError > CLOCK_MS
        known.isStoredLate = !this.storage.isHeldBy(client)
      }
      known.storedAt = this.now
      if (after.coolDown && !this.storage.isHeldBy(client)) known.cooledUnlockedAt = this.now
      if (after.pending) known.markedBy.add(client)
      if (isMarkedOver(write)) known.isDoublyMarked = true
    }
    this.trace?.(client.name, `writes ${described(after)} over ${described(before)}`)
    this.check('isNewer', write)
    if (before && before.session !== after.session) {
      for (const id of [before.session, ...this.ledger.session(before.session).replaced])
        facts.replaced.add(id)
    }
    this.check('isWanted', write)
    this.check('isLostIfSaid', write)
    if (after.ended === 'deleted') {
      facts.endedBy.add(client)
      facts.endedAt ??= this.now
    }
  }

  check<Name extends RuleName>(name: Name, fact: Fact<Name>): void {
    // biome-ignore lint/performance/noDynamicNamespaceImportAccess: a table of rules by name, in no bundle
    const rule = invariants[name] as (fact: unknown, world: Observed) => string | undefined
    const detail = rule(fact, this)
    if (detail !== undefined) this.break(name, detail)
  }

  /** Notes that a rule was broken. */
  break(rule: string, detail: string): void {
    this.trace?.('', `BROKEN ${rule}: ${detail}`)
    this.violations.push({ rule, detail })
  }

  #listen(client: SimClient): void {
    const { on } = client.subject
    for (const type of [
      'created',
      'restored',
      'refreshed',
      'adopted',
      'refreshFailed',
      'storageFailed',
    ] as const) {
      on(type, (event) =>
        this.trace?.(client.name, `tells: ${type} ${'error' in event ? event.error.message : ''}`),
      )
    }
    on('ended', ({ reason }) => {
      this.trace?.(client.name, `tells: ended ${reason}`)
      const end = { client, session: client.holding, reason }
      this.ledger.ends.push(end)
      this.check('isEndedForAReason', end)
    })
  }

  #clockError(): number {
    const { clocksOffMs } = this.plan
    return this.chance.happens(0.3) ? 0 : Math.round(this.chance.between(-clocksOffMs, clocksOffMs))
  }
}

/** A mark takes the place of another's on the same tokens. */
function isMarkedOver({ before, after }: Write): boolean {
  const [theirs, ours] = [before?.pending?.by, after.pending?.by]
  const isSame = before?.tokens?.accessToken === after.tokens?.accessToken
  return isSame && theirs !== undefined && ours !== undefined && theirs !== ours
}

function described(record: Write['before']): string {
  if (!record) return 'nothing'
  const { session, generation, ended, pending, coolDown } = record
  const marks = [
    ended && `ended: ${ended}`,
    pending && `pending by ${pending.by} since ${Math.round((pending.at - EPOCH) / 1000)}`,
    coolDown && `cooling down until ${Math.round((coolDown.until - EPOCH) / 1000)}`,
  ]
  return `${session.slice(0, 6)} generation ${generation} ${marks.filter(Boolean).join(', ')}`.trim()
}

function shown(result: unknown): string {
  return result instanceof Error ? `${result.name} ${result.message}` : String(result)
}
