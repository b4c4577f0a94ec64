import type { TimerHandle } from 'latchkey'
import type { FakeServer, Fault } from 'latchkey/testing'
import type { FaultName, ServerState } from '../control.ts'

const UNAVAILABLE_MS = 10_000
const CLOCK_OFFSET_MS = 3 * 3_600_000

const UNAVAILABLE: Fault = { kind: 'status', status: 503, headers: { 'Retry-After': '2' } }
const DROPPED: Fault = { kind: 'drop-after' }

/** The switches that put faults into one server. */
export class FaultSwitches {
  readonly #server: FakeServer & { revoke(): void }
  /** How many requests there had been when the next answer was doomed; `null`: none is. */
  #droppingAfter: number | null = null
  #unavailableUntil: number | null = null
  #timer: TimerHandle | undefined

  constructor(server: FakeServer & { revoke(): void }) {
    this.#server = server
  }

  get state(): Omit<ServerState, 'url'> {
    return {
      dropping: this.#dropping,
      unavailableUntil: this.#unavailableUntil,
      clockOffsetMs: this.#server.clockOffset,
    }
  }

  flip(fault: FaultName): void {
    if (fault === 'drop') this.#drop()
    else if (fault === 'unavailable') this.#fail()
    else if (fault === 'clock') this.#server.clockOffset = this.#server.clockOffset ? 0 : CLOCK_OFFSET_MS
    else this.#server.revoke()
  }

  close(): void {
    this.#server.clock.clearTimeout(this.#timer)
  }

  get #dropping(): boolean {
    if (this.#droppingAfter === null) return false
    return this.#server.requests.slice(this.#droppingAfter).every(({ status }) => status !== null)
  }

  #drop(): void {
    this.#droppingAfter = this.#dropping ? null : this.#server.requests.length
    this.#queue()
  }

  #fail(): void {
    const { clock } = this.#server
    clock.clearTimeout(this.#timer)
    this.#unavailableUntil = clock.now() + UNAVAILABLE_MS
    this.#timer = clock.setTimeout(() => {
      this.#unavailableUntil = null
      this.#queue()
    }, UNAVAILABLE_MS)
    this.#queue()
  }

  #queue(): void {
    this.#server.clearFaults()
    if (this.#unavailableUntil !== null) this.#server.fault('*', UNAVAILABLE, { times: Infinity })
    if (this.#dropping) this.#server.fault('*', DROPPED)
  }
}
