import { exclusiveByLease, type Lease } from '../../src/storage/leased-lock.ts'
import type { Clock } from '../../src/support/clock.ts'
import { sleep } from '../../src/support/timer.ts'
import { fakeClock } from '../../src/testing/index.ts'

export const SECOND_MS = 1000
export const WAIT_MS: number = 60 * SECOND_MS
export const NEVER: Promise<never> = new Promise<never>(() => {})

/** A lock that keeps its own time, and may be made to fail. */
export function leaseOn(clock: Clock) {
  let holder: { owner: string; end: number } | undefined
  const server = {
    lease: {
      take: async (owner, leaseMs) => {
        if (server.holder) return false
        holder = { owner, end: clock.monotonic() + leaseMs }
        return true
      },
      keep: async (owner, leaseMs) => {
        if (server.holder !== owner) return false
        holder = { owner, end: clock.monotonic() + leaseMs }
        return true
      },
      release: async (owner) => {
        if (server.holder === owner) holder = undefined
      },
    } satisfies Lease as Lease,
    get holder() {
      return holder && clock.monotonic() < holder.end ? holder.owner : undefined
    },
  }
  return server
}

type Task = (signal: AbortSignal) => Promise<unknown>

/** A process: whoever is in it shares its line, and its clock, which stands still while it is stopped. */
export function processOf(clock: Clock, lease: Lease) {
  const home = {}
  return (task: Task, options: { waitMs?: number; signal?: AbortSignal } = {}) =>
    exclusiveByLease(home, 'key', lease, task, { waitMs: WAIT_MS, ...options }, clock)
}

export function world() {
  const clock = fakeClock()
  const server = leaseOn(clock)
  return { clock, server, process: (lease: Lease = server.lease) => processOf(clock, lease) }
}

/** A task that holds the lock until it is told to end, and says what it hears. */
export function holding(clock: Clock) {
  const ending = new AbortController()
  let signal: AbortSignal | undefined
  let lostAt: number | undefined
  return {
    task: async (held: AbortSignal) => {
      signal = held
      held.addEventListener('abort', () => {
        lostAt = clock.monotonic()
      })
      await sleep(clock, Number.MAX_SAFE_INTEGER, ending.signal).catch(() => {})
      return 'done'
    },
    end: () => ending.abort(),
    get began() {
      return signal !== undefined
    },
    get lost() {
      return signal?.aborted
    },
    get lostAt() {
      return lostAt
    },
    get reason() {
      return signal?.reason as unknown
    },
  }
}

export const failure = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  )
