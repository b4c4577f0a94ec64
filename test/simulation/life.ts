import { PATIENCE_MS } from './engine-subject.ts'
import type { Call } from './ledger.ts'
import type { Blow, Machine } from './machine.ts'
import { newestOf } from './model-server.ts'
import type { Deed } from './plan.ts'
import type { StorageDeed } from './shared-storage.ts'
import type { SimClient } from './sim-client.ts'
import type { World } from './world.ts'

const SECOND_MS = 1000
const USERS = ['ada', 'bob'] as const
const NO_BUDGET = Number.POSITIVE_INFINITY

/** What the programs, their users and fate do in a world. */
export class Life {
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  /** The machines and clients that there are at first, and the first sign-in. */
  async begin(): Promise<void> {
    const { plan, chance } = this.#world
    for (let count = 0; count < plan.machines; count++) this.#world.addMachine()
    for (let count = 0; count < plan.clients; count++) {
      this.#start(this.#world.machines[count % plan.machines] as Machine)
    }
    const first = this.#world.clients[0] as SimClient
    this.signIn(first, 'ada')
    await this.#world.pass(chance.happens(0.8) ? 5 * SECOND_MS : 0)
  }

  /** A few deeds at about the same time, often when the token runs out. */
  async round(): Promise<void> {
    const { chance } = this.#world
    await this.#world.pass(this.#nextMoment() - this.#world.now)
    const longest = chance.pick([5, 200, 3 * SECOND_MS, 20 * SECOND_MS])
    for (let count = chance.whole(3, 9); count > 0 && !this.#world.violations.length; count--) {
      this.#do(chance.weighted(this.#world.plan.deeds))
      await this.#world.pass(chance.between(0, longest))
    }
  }

  /** What a program calls: answers once the call is over. */
  fetch(client: SimClient): Promise<Call> {
    const path = `/api/v4/reports/${this.#world.ledger.calls.length}`
    return this.#world.call(client, 'fetch', NO_BUDGET, (call) =>
      client.subject.fetch({ path, leased: (...lease) => this.#world.leased(call, ...lease) }),
    )
  }

  token(client: SimClient, timeout: number): Promise<Call> {
    return this.#world.call(client, `get a token within ${timeout} ms`, timeout, async () => {
      const token = await client.subject.token({ timeout })
      this.#world.shown(client, token)
      return token
    })
  }

  restore(client: SimClient): Promise<Call> {
    return this.#world.call(client, 'restore', NO_BUDGET, () =>
      client.subject.restore().then((snapshot) => JSON.stringify(snapshot)),
    )
  }

  signIn(client: SimClient, user: string): Promise<Call> {
    const { server, plan } = this.#world
    if (plan.protocol === 'clerk' && !this.#clerkLives()) {
      const id = `session-${server.families.length + 1}`
      server.begin(user, id)
      this.#world.clerkSession = id
    }
    client.signIns++
    return this.#world.call(client, `sign in as ${user}`, NO_BUDGET, async () => {
      await client.subject.signIn(user)
      return user
    })
  }

  /** Clients that sign in by themselves do so as one and the same user. */
  #signIn(client: SimClient): Promise<Call> {
    const { plan, chance } = this.#world
    return this.signIn(client, plan.reauthenticates ? 'ada' : chance.pick(USERS))
  }

  signOut(client: SimClient): Promise<Call> {
    client.signOuts++
    if (client.holding) this.#world.ledger.session(client.holding).endedBy.add(client)
    return this.#world.call(client, 'sign out', NO_BUDGET, async () =>
      JSON.stringify(await client.subject.signOut()),
    )
  }

  #do(deed: Deed): void {
    const { chance, server, network, storage } = this.#world
    const client = this.#someone()
    if (!client) return void this.#start(this.#world.addMachine())
    const { machine } = client
    const blow = chance.happens(0.4) ? 'kill' : this.#pause()
    switch (deed) {
      case 'fetch':
        return void this.fetch(client)
      case 'token':
        return void this.token(client, chance.pick([500, 5000, PATIENCE_MS]))
      case 'rush':
        for (const one of this.#awake()) {
          void (chance.happens(0.5) ? this.fetch(one) : this.token(one, PATIENCE_MS))
        }
        return
      case 'refresh':
        client.isAsked()
        return void this.#world.call(client, 'refresh', PATIENCE_MS, () =>
          client.subject.refresh({ timeout: PATIENCE_MS }),
        )
      case 'restore':
        return void this.restore(client)
      case 'sign in':
        return void this.#signIn(client)
      case 'sign out':
        return void this.signOut(client)
      case 'change of mind':
        void this.#signIn(client)
        this.#world.timeline.after(chance.between(0, 250), () =>
          client.isLiving && machine.state === 'awake'
            ? void (chance.happens(0.5) ? this.signOut(client) : this.#signIn(client))
            : undefined,
        )
        return
      case 'restart':
        client.isClosed = true
        void this.#world.call(client, 'close', NO_BUDGET, () => client.subject.close())
        void this.#start(machine)
        return
      case 'pause':
        machine.strike(this.#pause())
        return
      case 'kill':
        machine.kill()
        void this.#start(this.#world.addMachine())
        return
      case 'strike':
        machine.ambush(chance.whole(1, 20), () => machine.strike(blow))
        return
      case 'jump':
        machine.wall.ahead += Math.round(
          chance.pick([-1, 1]) * chance.pick([3, 40, 3600, 10_800]) * SECOND_MS,
        )
        this.#world.trace?.(machine.name, `has its clock set: ${machine.wall.ahead} ms ahead`)
        return
      case 'outage':
        if (chance.happens(0.5)) this.#fail(chance.happens(0.5) ? machine : undefined)
        else machine.ambush(chance.whole(1, 20), () => this.#fail(machine))
        return
      case 'clear':
        storage.clear(chance.happens(0.2) ? '{"v":1,"aud' : null, chance.happens(0.5))
        return
      case 'doubt':
        network.doubts += chance.whole(1, 3)
        this.#world.trace?.('server', `will refuse ${network.doubts} good tokens`)
        return
      case 'revoke': {
        const family = server.families.findLast(({ over }) => !over)
        if (family) server.end(family, 'server')
        this.#world.trace?.('server', `ends ${family?.id}`)
        return
      }
    }
  }

  #fail(machine: Machine | undefined): void {
    const { chance, storage, timeline, trace, plan } = this.#world
    const deeds: readonly StorageDeed[] = chance.pick([
      ['read', 'write', 'lock'],
      ['write'],
      ['lock'],
      ['read'],
      ['write', 'lock'],
    ] as const)
    const forMs = chance.pick([2, 15, 60, 200]) * SECOND_MS
    const outage = {
      until: timeline.now + forMs,
      deeds,
      odds: chance.pick([0.3, 1]),
      // What is far away may do what it is asked to, and its answer be lost.
      after: plan.reach !== 'origin' && chance.happens(0.3),
      ...(machine && { machine }),
    }
    storage.outages.push(outage)
    trace?.('storage', `fails ${machine?.name ?? 'all'} to ${deeds.join(', ')} for ${forMs} ms`)
  }

  #pause(): Blow {
    const { chance, plan } = this.#world
    const forMs = chance.pick([1, 9, 13, 28, 40, 125, plan.lives.token / SECOND_MS]) * SECOND_MS
    return { pause: chance.pick(['frozen', 'asleep']), forMs: forMs * chance.between(0.8, 1.4) }
  }

  #start(machine: Machine): SimClient {
    const client = this.#world.addClient(machine)
    if (this.#world.chance.happens(0.4)) client.subject.subscribe()
    return client
  }

  /** A moment in the life of the newest token, mostly its end. */
  #nextMoment(): number {
    const { chance, server, plan, now } = this.#world
    const family = server.families.findLast(({ over }) => !over)
    if (!family || chance.happens(0.3)) return now + chance.between(0, plan.lives.token)
    const { expiresAt } = newestOf(family)
    const moment = expiresAt + chance.pick([-20, -3, 0, 1, 30]) * SECOND_MS * chance.random()
    return moment > now ? moment : now + chance.between(0, plan.lives.token)
  }

  #clerkLives(): boolean {
    const { server, clerkSession } = this.#world
    return server.families.some(({ id, over }) => id === clerkSession && !over)
  }

  #awake(): readonly SimClient[] {
    return this.#world.clients.filter(({ isLiving, machine }) => isLiving && machine.state === 'awake')
  }

  #someone(): SimClient | undefined {
    const awake = this.#awake()
    return awake.length ? this.#world.chance.pick(awake) : undefined
  }
}
