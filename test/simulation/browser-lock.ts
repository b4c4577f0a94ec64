import { StorageError } from '../../src/errors/storage-error.ts'
import { HOLD_BOUND_MS } from '../../src/storage/process-lock.ts'
import type { ExclusiveOptions } from '../../src/storage/token-storage.ts'
import { startTimer } from '../../src/support/timer.ts'
import type { Machine } from './machine.ts'
import type { World } from './world.ts'

interface Request {
  readonly machine: Machine
  readonly enter: () => void
  readonly lose: () => void
  grantedAt: number
}

/**
 * A lock as browsers have it: it is granted in turn and outlives nobody, but a page that is frozen keeps it, until
 * somebody who has waited for the hold bound steals it.
 */
export class BrowserLock {
  #holder: Request | undefined
  #queue: Request[] = []
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  exclusive<T>(
    machine: Machine,
    task: (signal: AbortSignal, isTrue: () => boolean) => Promise<T>,
    { waitMs, signal }: ExclusiveOptions,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const holding = new AbortController()
      const lost = (): void => holding.abort(new StorageError('locked', 'The lock has been stolen'))
      const giveUp = (reason: unknown): void => {
        stop()
        this.#leave(request)
        reject(reason)
      }
      const abort = (): void => giveUp(signal?.reason)
      const stop = (): void => {
        stopWaiting()
        stopStealing()
        signal?.removeEventListener('abort', abort)
      }
      const request: Request = {
        machine,
        enter: () => {
          stop()
          const stopBound = startTimer(machine.clock, HOLD_BOUND_MS, () => {
            lost()
            this.#leave(request)
          })
          task(holding.signal, () => this.#holder === request)
            .then(resolve, reject)
            .finally(() => {
              stopBound()
              this.#leave(request)
            })
        },
        lose: () => machine.deliver(lost),
        grantedAt: 0,
      }
      const stopWaiting = startTimer(machine.clock, waitMs, () =>
        giveUp(new StorageError('locked', 'The lock was not to be had in time')),
      )
      const stealLater = (ms: number): (() => void) =>
        startTimer(machine.clock, ms, () => {
          const left = this.#steal(request)
          if (left > 0) stopStealing = stealLater(left)
        })
      let stopStealing = stealLater(HOLD_BOUND_MS)
      signal?.addEventListener('abort', abort, { once: true })
      machine.onDeath.push(() => this.#leave(request))
      this.#queue.push(request)
      this.#grant()
    })
  }

  /** Takes the lock from whoever has had it for too long; else answers for how long it is still theirs. */
  #steal(request: Request): number {
    if (!this.#queue.includes(request)) return 0
    const loser = this.#holder
    const left = loser ? loser.grantedAt + HOLD_BOUND_MS - this.#world.timeline.now : 0
    if (left > 0) return left
    this.#holder = undefined
    loser?.lose()
    this.#queue = [request, ...this.#queue.filter((other) => other !== request)]
    this.#grant()
    return 0
  }

  #leave(request: Request): void {
    this.#queue = this.#queue.filter((other) => other !== request)
    if (this.#holder === request) this.#holder = undefined
    this.#grant()
  }

  #grant(): void {
    if (this.#holder) return
    const next = this.#queue.shift()
    if (!next) return
    this.#holder = next
    next.grantedAt = this.#world.timeline.now
    this.#world.timeline.after(this.#world.chance.between(0, 2), () =>
      next.machine.deliver(() => {
        if (this.#holder === next) next.enter()
      }),
    )
  }
}
