import { startTimer } from '../support/timer.ts'
import type { SessionContext } from './context.ts'
import { coolDownLeft } from './cool-down.ts'
import { agesAt } from './freshness.ts'
import { isLive } from './record.ts'

/** A look that turned out to be too early is not repeated sooner than this, in milliseconds. */
const SHORTEST_NAP_MS = 1000
/** Clients whose tokens were issued together don't come back together: anything up to this later, in milliseconds. */
const JITTER_MS = 5000

/**
 * Renews a session while nobody asks for its token, so that one is at hand when somebody does. Its timer alone
 * never keeps a process alive.
 */
export class KeepAlive {
  readonly #context: SessionContext
  readonly #renew: () => Promise<unknown>
  #stop: (() => void) | undefined

  /** @param renew looks at the token, and renews it if it is time */
  constructor(context: SessionContext, renew: () => Promise<unknown>) {
    this.#context = context
    this.#renew = renew
  }

  /** Sets the timer by what is known now. Called at each change of the session, and on waking. */
  schedule(): void {
    this.stop()
    const { state, backend, clock, serverClock } = this.#context
    const { record } = state
    if (!isLive(record) || backend.early === 'never') return
    const at = agesAt(record.tokens, backend)
    if (at === undefined) return
    const due = Math.max(at - serverClock.now(), coolDownLeft(record, this.#context), SHORTEST_NAP_MS)
    const jitter = clock.random() * Math.min(JITTER_MS, backend.refreshWindowMs / 4)
    this.#stop = startTimer(
      clock,
      due + jitter,
      () => {
        void this.#renew()
          .catch(() => {})
          .then(() => this.#stop && this.schedule())
      },
      true,
    )
  }

  stop(): void {
    this.#stop?.()
    this.#stop = undefined
  }
}
