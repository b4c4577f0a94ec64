import { ConfigurationError } from '../errors/configuration-error.ts'
import { LatchkeyError } from '../errors/latchkey-error.ts'
import type { MaybePromise } from '../support/maybe-promise.ts'
import { readNoting } from './absence.ts'
import { completeTokens, type SessionContext } from './context.ts'
import { coolDownAfter, coolDownLeft, cooling } from './cool-down.ts'
import type { Finding, Task } from './finding.ts'
import type { HeldLock } from './held-lock.ts'
import { offer } from './offer.ts'
import type { Grant } from './protocol.ts'
import { isSame, type LiveRecord, renewRecord } from './record.ts'

/** After refused credentials the server is left alone for a minute, and twice as long each further time. */
const FIRST_REFUSAL_MS = 60_000
export const LONGEST_REFUSAL_MS = 3_600_000
/** How long a sign-in in place of a refresh waits for the lock, in milliseconds. */
const LOCK_WAIT_MS = 35_000

type Refused = Extract<Finding, { kind: 'refused' }>

/**
 * Signs in again where a session would end, for programs that hold credentials of their own: the session goes
 * on under its id, with new tokens.
 */
export class Reauthentication<Resource> {
  readonly #context: SessionContext<unknown, Resource>
  readonly #provide: () => MaybePromise<unknown>
  /** What the refusals are counted for. */
  #counted: LiveRecord | null = null
  #refusals = 0
  /** When that was made here, by the monotonic clock, until it is refused or has run out. */
  #madeAt: number | undefined

  constructor(context: SessionContext<unknown, Resource>, provide: () => MaybePromise<unknown>) {
    this.#context = context
    this.#provide = provide
  }

  /** Signs in instead of ending. The credentials are asked for outside the lock, and used under it if nothing has changed. */
  async instead(refused: Refused, task: Task): Promise<Finding<Resource>> {
    const { store, clock } = this.#context
    const { record } = refused
    const madeAt = this.#madeAt
    this.#madeAt = undefined
    const isCounted = isSame(this.#counted, record)
    this.#counted = record
    const ranOut = !refused.error && task.refused === undefined
    // What was made here and has run out, or has served for longer than the server would be left alone, was no failure.
    const served = madeAt !== undefined && (ranOut || clock.monotonic() - madeAt >= FIRST_REFUSAL_MS)
    if (served || !isCounted) this.#refusals = 0
    else if (madeAt !== undefined) {
      return this.#coolDown(
        refused,
        refused.error ?? new ConfigurationError('The renewed session was refused'),
      )
    }
    let credentials: unknown
    try {
      credentials = await this.#provide()
    } catch (error) {
      const known = error instanceof LatchkeyError ? error : new ConfigurationError('reauthenticate failed')
      return this.#failed(refused, known, coolDownAfter(task.failures + 1, undefined, clock))
    }
    return store.exclusive((lock) => this.#signIn(refused, credentials, task, lock), { waitMs: LOCK_WAIT_MS })
  }

  async #signIn(
    refused: Refused,
    credentials: unknown,
    task: Task,
    lock: HeldLock,
  ): Promise<Finding<Resource>> {
    const { state, backend, clock } = this.#context
    const { version } = state
    const stored = await readNoting(this.#context, true)
    const { record: latest } = stored
    if (!isSame(latest, refused.record) || coolDownLeft(latest, this.#context) > 0)
      return { kind: 'stands', stored, version }
    let grant: Grant<Resource>
    try {
      grant = await backend.create(credentials, { afterwards: task.afterwards })
    } catch (error) {
      const { verdict, retryAfterMs } = backend.judge(error, 'create')
      const known = error instanceof LatchkeyError ? error : new ConfigurationError('reauthenticate failed')
      if (verdict !== 'transient') return this.#coolDown(refused, known)
      return this.#failed(refused, known, coolDownAfter(task.failures + 1, retryAfterMs, clock))
    }
    const record = renewRecord(refused.record, completeTokens(grant.tokens, this.#context))
    this.#counted = record
    this.#madeAt = clock.monotonic()
    const stands = lock.lost ? null : await offer(this.#context, { record, unsaved: 'change' }, stored)
    return { kind: 'won', record, stands, late: lock.lost, grant }
  }

  #coolDown(refused: Refused, error: LatchkeyError): Promise<Finding<Resource>> {
    const coolDownMs = Math.min(LONGEST_REFUSAL_MS, FIRST_REFUSAL_MS * 2 ** this.#refusals++)
    return this.#failed(refused, error, coolDownMs)
  }

  async #failed(
    { record, stored }: Refused,
    error: LatchkeyError,
    coolDownMs: number,
  ): Promise<Finding<Resource>> {
    const cooled = cooling(record, coolDownMs, this.#context.serverClock)
    await this.#context.store.replace(stored.raw, cooled).catch(() => null)
    const saved = isSame(stored.record, record)
    return { kind: 'failed', record: cooled, saved, error, coolDownMs, mayPass: true }
  }
}
