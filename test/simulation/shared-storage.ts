import { parseRecord, type SessionRecord } from '../../src/session/record.ts'
import { exclusiveByLease } from '../../src/storage/leased-lock.ts'
import type { ExclusiveOptions, TokenStorage } from '../../src/storage/token-storage.ts'
import type { MaybePromise } from '../../src/support/maybe-promise.ts'
import { BrowserLock } from './browser-lock.ts'
import type { Machine } from './machine.ts'
import type { SimClient } from './sim-client.ts'
import type { World } from './world.ts'

/** What of a storage may fail. */
export type StorageDeed = 'read' | 'write' | 'lock'

/** A time in which the storage fails. */
export interface Outage {
  readonly until: number
  /** Whom it fails; absent: everybody. */
  readonly machine?: Machine
  readonly deeds: readonly StorageDeed[]
  /** How likely each deed fails. */
  readonly odds: number
  /** It fails before the deed is done, or after: the answer alone is lost. */
  readonly after: boolean
}

/** The lock as one client has it. */
interface Hold {
  readonly signal: AbortSignal
  /** It is the client's in truth, whatever anybody was told. */
  readonly isTrue: () => boolean
}

/** What is kept under one key. */
interface Slot {
  value: string | null
  /** What it says, as a record; `null`: nothing, or nothing that can be read. */
  record: SessionRecord | null
  lease: { readonly owner: string; until: number } | undefined
  readonly lock: BrowserLock
  readonly watchers: Set<{ readonly machine: Machine; readonly changed: () => void }>
  readonly holds: Map<SimClient, Set<Hold>>
}

/** The one place where the clients of a world keep their session: what is in it, who may write, and how it fails. */
export class SharedStorage {
  outages: Outage[] = []
  /** How likely it takes seconds. */
  spikes: number
  readonly #slots = new Map<string, Slot>()
  readonly #world: World

  constructor(world: World) {
    this.#world = world
    this.spikes = world.plan.storageSpikes
  }

  /** What is stored, as a record; `null`: nothing, or nothing that can be read. */
  recordUnder(key: string): SessionRecord | null {
    return this.#slot(key).record
  }

  /** Whether a client has the lock, in truth. */
  isHeldBy(client: SimClient): boolean {
    return [...this.#slots.values()].some(({ holds }) =>
      [...(holds.get(client) ?? [])].some(({ signal, isTrue }) => !signal.aborted && isTrue()),
    )
  }

  /** Loses the session, and with `locks` what its lock is kept in. */
  clear(garbage: string | null, locks: boolean): void {
    const { ledger, timeline, trace } = this.#world
    trace?.('storage', `is ${garbage === null ? 'cleared' : 'garbled'}${locks ? ', locks and all' : ''}`)
    ledger.clearedAt = timeline.now
    if (locks) ledger.locksLostAt = timeline.now
    for (const slot of this.#slots.values()) {
      slot.value = garbage
      slot.record = null
      if (locks) slot.lease = undefined
      this.#notify(slot)
    }
  }

  /** The storage as a client has it. Clients of one machine take turns first, by `home`. */
  openFor(client: SimClient, home: object): TokenStorage {
    const { reach, notices } = this.#world.plan
    const watch: NonNullable<TokenStorage['watch']> = (key, changed) => {
      const { watchers } = this.#slot(key)
      const watcher = { machine: client.machine, changed }
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    }
    const exclusive = <T>(
      key: string,
      task: (signal: AbortSignal) => Promise<T>,
      options: ExclusiveOptions,
    ): Promise<T> => (reach === 'origin' ? this.#inBrowser : this.#byLease)(client, home, key, task, options)
    const storage = {
      reach,
      exclusive,
      ...(notices && { watch }),
    }
    const perform = <T>(deed: StorageDeed, act: () => T): MaybePromise<T> =>
      reach === 'origin' ? this.#at(client, deed, act) : this.#over(client, deed, act)
    return {
      ...storage,
      read: (key) => perform('read', () => this.#slot(key).value),
      replace: (key, expected, next) =>
        perform('write', () => this.#replace(client, this.#slot(key), expected, next)),
    }
  }

  readonly #inBrowser = async <T>(
    client: SimClient,
    _home: object,
    key: string,
    task: (signal: AbortSignal) => Promise<T>,
    options: ExclusiveOptions,
  ): Promise<T> => {
    if (this.#fails(client, 'lock')) throw fault()
    const slot = this.#slot(key)
    return slot.lock.exclusive(
      client.machine,
      (signal, isTrue) => this.#holding(client, slot, { signal, isTrue }, () => task(signal)),
      options,
    )
  }

  readonly #byLease = <T>(
    client: SimClient,
    home: object,
    key: string,
    task: (signal: AbortSignal) => Promise<T>,
    options: ExclusiveOptions,
  ): Promise<T> => {
    const { machine } = client
    const { timeline } = this.#world
    const slot = this.#slot(key)
    const isOwn = (owner: string): boolean => slot.lease?.owner === owner
    let holder = ''
    const lease = {
      take: (owner: string, leaseMs: number) =>
        this.#over(client, 'lock', () => {
          if (slot.lease && !isOwn(owner) && slot.lease.until > timeline.now) return false
          slot.lease = { owner, until: timeline.now + leaseMs }
          holder = owner
          return true
        }),
      keep: (owner: string, leaseMs: number) =>
        this.#over(client, 'lock', () => {
          if (!slot.lease || !isOwn(owner) || slot.lease.until <= timeline.now) return false
          slot.lease.until = timeline.now + leaseMs
          return true
        }),
      release: (owner: string) =>
        this.#over(client, 'lock', () => {
          if (isOwn(owner)) slot.lease = undefined
        }),
    }
    const isTrue = (): boolean => isOwn(holder) && (slot.lease?.until ?? 0) > timeline.now
    return exclusiveByLease(
      home,
      key,
      lease,
      (signal) => this.#holding(client, slot, { signal, isTrue }, () => task(signal)),
      options,
      machine.clock,
    )
  }

  async #holding<T>(client: SimClient, slot: Slot, hold: Hold, task: () => Promise<T>): Promise<T> {
    const holds = slot.holds.get(client) ?? new Set()
    slot.holds.set(client, holds.add(hold))
    this.#world.trace?.(client.name, 'has the lock')
    try {
      return await task()
    } finally {
      holds.delete(hold)
      this.#world.trace?.(client.name, `lets go of the lock${hold.signal.aborted ? ', lost before' : ''}`)
    }
  }

  #replace(client: SimClient, slot: Slot, expected: string | null, next: string): boolean {
    if (slot.value !== expected) {
      this.#world.trace?.(client.name, 'writes nothing: the storage holds another record')
      return false
    }
    const write = { client, before: slot.record, after: recordIn(next) }
    slot.value = next
    slot.record = write.after
    this.#world.wrote(write)
    this.#notify(slot)
    return true
  }

  #notify({ watchers }: Slot): void {
    const { timeline, chance } = this.#world
    for (const watcher of watchers) {
      const { machine, changed } = watcher
      timeline.after(chance.between(0, 30), () =>
        machine.deliver(() => {
          if (watchers.has(watcher)) changed()
        }),
      )
    }
  }

  #slot(key: string): Slot {
    const known = this.#slots.get(key)
    if (known) return known
    const slot: Slot = {
      value: null,
      record: null,
      lease: undefined,
      lock: new BrowserLock(this.#world),
      watchers: new Set(),
      holds: new Map(),
    }
    this.#slots.set(key, slot)
    return slot
  }

  /** Does something at once, as a page's own storage does. */
  #at<T>(client: SimClient, deed: StorageDeed, act: () => T): T {
    const fails = this.#fails(client, deed)
    if (fails === 'before') throw fault()
    const result = act()
    if (fails === 'after') throw fault()
    return result
  }

  /** Does something far away. */
  #over<T>(client: SimClient, deed: StorageDeed, act: () => T): Promise<T> {
    const { timeline, chance, plan } = this.#world
    const { machine } = client
    const spike = chance.happens(this.spikes) ? chance.between(1000, 9000) : 0
    const [there, back] = [chance.between(0, plan.storageMs), chance.between(0, plan.storageMs)]
    machine.boundary()
    const neverLeft = machine.isDead && chance.happens(0.5)
    return new Promise((resolve, reject) => {
      const isSlowThere = spike > 0 && chance.happens(0.5)
      timeline.after(there + (isSlowThere ? spike : 0), () => {
        if (neverLeft) return
        const fails = this.#fails(client, deed)
        const result = fails === 'before' ? undefined : { value: act() }
        timeline.after(back + (isSlowThere ? 0 : spike), () =>
          machine.deliver(() => (fails || !result ? reject(fault()) : resolve(result.value))),
        )
      })
    })
  }

  #fails(client: SimClient, deed: StorageDeed): 'before' | 'after' | undefined {
    const { timeline, chance, trace } = this.#world
    const outage = this.outages.find(
      ({ until, machine, deeds, odds }) =>
        timeline.now < until &&
        (!machine || machine === client.machine) &&
        deeds.includes(deed) &&
        chance.happens(odds),
    )
    if (!outage) return undefined
    client.storageFailedAt = timeline.now
    trace?.(client.name, `the storage fails to ${deed}${outage.after ? ', having done it' : ''}`)
    return outage.after ? 'after' : 'before'
  }
}

function recordIn(raw: string): SessionRecord {
  const reading = parseRecord(raw)
  if (reading.kind !== 'record') throw new Error('What was written is no record')
  return reading.record
}

function fault(): Error {
  return new Error('the storage is out of order')
}
