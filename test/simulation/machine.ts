import type { Clock } from '../../src/support/clock.ts'
import type { Chance } from './chance.ts'
import type { Timeline } from './timeline.ts'

/** When every world begins, by the server's clock: epoch milliseconds. */
export const EPOCH: number = Date.UTC(2026, 0, 1)

/**
 * - `frozen`: nothing reaches it, and all its clocks go on: a page in the background, a process that was stopped.
 * - `asleep`: the same, but its monotonic clock stands still: a laptop that was closed.
 * - `dead`: nothing ever reaches it again.
 */
export type MachineState = 'awake' | 'frozen' | 'asleep' | 'dead'

/** What happens to a machine in the middle of what it does. */
export type Blow = 'kill' | { readonly pause: 'frozen' | 'asleep'; readonly forMs: number }

interface Held {
  readonly kind: 'timer' | 'io'
  readonly act: () => void
}

/** A wall clock that several machines may go by. */
export interface WallClock {
  /** How far it is ahead of the server's, in milliseconds. */
  ahead: number
}

/** One process or page: a place where clients live, stop, and die together. */
export class Machine {
  readonly name: string
  readonly wall: WallClock
  readonly clock: Clock
  /** Called when it dies. */
  onDeath: (() => void)[] = []
  #state: MachineState = 'awake'
  /** How long it has been paused in all, in milliseconds. */
  pausedMs = 0
  #sleptMs = 0
  #pausedAt = 0
  #held: Held[] = []
  #boundaries = 0
  #ambush: { readonly at: number; readonly act: () => void } | undefined
  readonly #timeline: Timeline
  readonly #chance: Chance
  readonly #trace: (text: string) => void

  constructor(
    name: string,
    wall: WallClock,
    timeline: Timeline,
    chance: Chance,
    trace: (text: string) => void,
  ) {
    this.name = name
    this.wall = wall
    this.#timeline = timeline
    this.#chance = chance
    this.#trace = trace
    this.clock = {
      now: () => EPOCH + timeline.now + this.wall.ahead,
      monotonic: () => this.#monotonic(),
      setTimeout: (callback, milliseconds) => this.#arm(callback, milliseconds),
      clearTimeout: (handle) => (handle as { cancel(): void } | undefined)?.cancel(),
      random: chance.random,
    }
  }

  get state(): MachineState {
    return this.#state
  }

  get isDead(): boolean {
    return this.#state === 'dead'
  }

  /** Brings something to the machine: now, when it wakes, or never. */
  deliver(act: () => void, kind: Held['kind'] = 'io'): void {
    if (kind === 'io') this.boundary()
    if (this.#state === 'awake') act()
    else if (this.#state !== 'dead') this.#held.push({ kind, act })
  }

  /** Something comes in or goes out: a place where a process may stop or die. */
  boundary(): void {
    this.#boundaries++
    if (this.#ambush && this.#boundaries >= this.#ambush.at) {
      const { act } = this.#ambush
      this.#ambush = undefined
      act()
    }
  }

  /** Lets something happen when so many things have come in and gone out. */
  ambush(boundaries: number, act: () => void): void {
    this.#ambush = { at: this.#boundaries + boundaries, act }
  }

  strike(blow: Blow): void {
    if (blow === 'kill') this.kill()
    if (blow === 'kill' || this.#state !== 'awake') return
    this.#trace(`${blow.pause} for ${Math.round(blow.forMs)} ms`)
    this.#state = blow.pause
    this.#pausedAt = this.#timeline.now
    this.#timeline.after(blow.forMs, () => this.wake())
  }

  kill(): void {
    if (this.isDead) return
    this.#trace('killed')
    this.#state = 'dead'
    this.#held = []
    for (const mourn of this.onDeath) mourn()
  }

  wake(): void {
    if (this.#state !== 'frozen' && this.#state !== 'asleep') return
    this.#trace('wakes')
    const pausedMs = this.#timeline.now - this.#pausedAt
    this.pausedMs += pausedMs
    if (this.#state === 'asleep') this.#sleptMs += pausedMs
    this.#state = 'awake'
    const timers = this.#held.filter(({ kind }) => kind === 'timer')
    const io = this.#held.filter(({ kind }) => kind === 'io')
    this.#held = []
    // Each kind in its order; which kind is first is up to the platform.
    while (timers.length || io.length) {
      const next = (!io.length || (timers.length && this.#chance.happens(0.5)) ? timers : io).shift() as Held
      this.#timeline.after(0, () => this.deliver(next.act, next.kind))
    }
  }

  /** Forgets what has not happened yet. */
  spare(): void {
    this.#ambush = undefined
  }

  #monotonic(): number {
    const asleep = this.#state === 'asleep' ? this.#timeline.now - this.#pausedAt : 0
    return this.#timeline.now - this.#sleptMs - asleep
  }

  #arm(callback: () => void, milliseconds: number): object {
    const due = this.#monotonic() + Math.max(0, milliseconds)
    let over = false
    const fire = (): void => {
      if (over) return
      // It has slept meanwhile: its own time is not there yet.
      const left = due - this.#monotonic()
      if (left > 1e-6) cancel = this.#timeline.after(left, () => this.deliver(fire, 'timer'))
      else callback()
    }
    let cancel = this.#timeline.after(milliseconds, () => this.deliver(fire, 'timer'))
    return {
      cancel: () => {
        over = true
        cancel()
      },
    }
  }
}
