import type { Clock } from '../support/clock.ts'
import { withDeadline } from '../support/deadline.ts'
import { sleep, startTimer } from '../support/timer.ts'
import { lockLost, lockTimeout } from './lock-failure.ts'
import { exclusiveInProcess, HOLD_BOUND_MS } from './process-lock.ts'
import type { ExclusiveOptions } from './token-storage.ts'

/**
 * A holder that says nothing for so long is taken for dead, in milliseconds. A refresh is sent within ten seconds
 * of taking the lock or not at all, so whoever sends one has not been given up yet.
 *
 * @internal
 */
export const LEASE_MS = 12_000
const RENEW_EVERY_MS: number = LEASE_MS / 4
/** A lease that took longer to be had, in milliseconds, may be over too soon to be of use. */
const LONGEST_TAKING_MS: number = LEASE_MS - 10_000
/** A renewal that failed is tried again after so long, in milliseconds. */
const RETRY_RENEWAL_MS = 500
/** Whoever waits looks again after so long, in milliseconds: soon at first, then at leisure. */
const FIRST_POLL_MS = 10
const LONGEST_POLL_MS = 250

/** A lock outside the process, whose holder must keep it alive: processes die without giving anything back. */
export interface Lease {
  /** Takes the lock for `owner` if nobody has it, or if whoever had it let it run out. */
  take(owner: string, leaseMs: number): Promise<boolean>
  /** Keeps it for another while. `false`: it is not `owner`'s any more. */
  keep(owner: string, leaseMs: number): Promise<boolean>
  /** Gives it back, if it is still `owner`'s. */
  release(owner: string): Promise<void>
}

/**
 * Runs `task` while nobody else holds the lease, whichever process they are in. Callers of this process take turns
 * first, so that one of them alone asks for the lease.
 *
 * @param home what the lock is for, with `key`: the same object for everybody of this process who shares it
 */
export function exclusiveByLease<T>(
  home: object,
  key: string,
  lease: Lease,
  task: (signal: AbortSignal) => Promise<T>,
  options: ExclusiveOptions,
  clock: Clock,
): Promise<T> {
  const end = clock.monotonic() + options.waitMs
  return new Promise((resolve, reject) => {
    const hold = async (): Promise<void> => {
      const owner = crypto.randomUUID()
      const expiry = await take(lease, owner, end, options, clock)
      const holding = new AbortController()
      const stop = keepAlive(lease, owner, expiry, holding, clock)
      try {
        resolve(await task(holding.signal))
      } catch (error) {
        reject(error)
      } finally {
        stop()
        await release(lease, owner)
      }
    }
    exclusiveInProcess(home, key, hold, options, clock).catch(reject)
  })
}

/** Takes the lease, and answers until when it is certainly held, on the monotonic clock. */
async function take(
  lease: Lease,
  owner: string,
  end: number,
  { waitMs, signal }: ExclusiveOptions,
  clock: Clock,
): Promise<number> {
  const inTime = <T>(act: () => Promise<T>): Promise<T> =>
    withDeadline(clock, { ms: end - clock.monotonic(), error: () => lockTimeout(waitMs), signal }, act)
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * 2, LONGEST_POLL_MS)) {
    signal?.throwIfAborted()
    const asked = clock.monotonic()
    const askedAt = clock.now()
    const taking = lease.take(owner, LEASE_MS)
    const taken = await inTime(() => taking).catch((error: unknown) => {
      // It may be ours yet, and nobody would give it back.
      void taking.then(
        () => release(lease, owner),
        () => {},
      )
      throw error
    })
    // While a machine sleeps, its monotonic clock may stand still.
    const passed = Math.max(clock.monotonic() - asked, Math.abs(clock.now() - askedAt))
    if (taken && passed <= LONGEST_TAKING_MS) return asked + LEASE_MS
    // Somebody else may have it by now.
    if (taken) await inTime(() => release(lease, owner))
    const left = end - clock.monotonic()
    if (left <= 0) throw lockTimeout(waitMs)
    await sleep(clock, Math.min(left, pause * (0.5 + clock.random())), signal)
  }
}

/** Keeps the lease alive until it is lost, or has been held for too long. Answers the function that stops it. */
function keepAlive(
  lease: Lease,
  owner: string,
  expiry: number,
  holding: AbortController,
  clock: Clock,
): () => void {
  const lose = (): void => {
    stop()
    holding.abort(lockLost())
  }
  const renew = async (): Promise<void> => {
    const asked = clock.monotonic()
    const kept = await lease.keep(owner, LEASE_MS).catch(() => undefined)
    if (stopped) return
    if (kept === false) return lose()
    if (kept) {
      stopExpiry()
      stopExpiry = startTimer(clock, asked + LEASE_MS - clock.monotonic(), lose, true)
    }
    stopRenewal = startTimer(clock, kept ? RENEW_EVERY_MS : RETRY_RENEWAL_MS, () => void renew(), true)
  }
  const tooLong = (): void => {
    lose()
    void release(lease, owner)
  }
  let stopped = false
  let stopExpiry = startTimer(clock, expiry - clock.monotonic(), lose, true)
  let stopRenewal = startTimer(clock, RENEW_EVERY_MS, () => void renew(), true)
  const stopBound = startTimer(clock, HOLD_BOUND_MS, tooLong, true)
  const stop = (): void => {
    stopped = true
    stopExpiry()
    stopRenewal()
    stopBound()
  }
  return stop
}

/** What can't be given back runs out by itself. */
function release(lease: Lease, owner: string): Promise<void> {
  return lease.release(owner).catch(() => {})
}
