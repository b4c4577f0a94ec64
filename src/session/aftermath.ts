import { LatchkeyError } from '../errors/latchkey-error.ts'
import type { ResponseValidationError } from '../errors/response-validation-error.ts'
import { StorageError } from '../errors/storage-error.ts'
import type { SessionContext } from './context.ts'
import { coolDownAfter, cooling } from './cool-down.ts'
import type { Finding } from './finding.ts'
import { offerLocked } from './offer.ts'
import type { Refreshed, RefreshOutcome, TransientFailure } from './outcome.ts'
import type { Grant } from './protocol.ts'
import { reconcile } from './reconcile.ts'
import { isLive, lifeOf } from './record.ts'
import type { Stored } from './record-store.ts'

/** How long a late result waits for the lock, in milliseconds. */
const LATE_LOCK_WAIT_MS = 5000

type Won<Resource> = Extract<Finding<Resource>, { kind: 'won' }>

/**
 * What becomes of what an attempt found: it is taken into memory, and told as the outcome of the refresh.
 *
 * - A result that came after the lock was lost is still offered.
 * - What was won for a session that has ended meanwhile is revoked.
 */
export class Aftermath<Resource> {
  readonly #context: SessionContext<unknown, Resource>
  readonly #look: () => Promise<void>
  #failures = 0
  #lastFailure: TransientFailure | undefined

  /** @param look looks at the storage anew */
  constructor(context: SessionContext<unknown, Resource>, look: () => Promise<void>) {
    this.#context = context
    this.#look = look
  }

  /** How many attempts have failed in a row. */
  get failures(): number {
    return this.#failures
  }

  /** How the last attempt failed, if it failed. */
  get lastFailure(): TransientFailure | undefined {
    return this.#lastFailure
  }

  /**
   * Takes what an attempt found.
   *
   * @param session the session that it was for
   * @param version the state's version when it began
   */
  async take(
    finding: Finding<Resource>,
    session: string,
    version: number,
  ): Promise<RefreshOutcome<Resource>> {
    const { state } = this.#context
    switch (finding.kind) {
      case 'won':
        return this.#won(finding, session, version)
      case 'unchanged':
        state.mark(finding.record, finding.saved)
        this.#succeeded()
        return { kind: 'unchanged', ...lifeOf(finding.record.tokens), ...this.#resource(finding.grant) }
      case 'stands':
        this.#meet(finding.stored, finding.version)
        return this.standing(session)
      case 'failed':
        state.mark(finding.record, finding.saved)
        return this.#failed(finding)
      default:
        return this.#ended(finding, session, version)
    }
  }

  /** What became of the session, as memory now has it. */
  standing(session: string): RefreshOutcome<Resource> {
    const { record, snapshot } = this.#context.state
    if (record?.session !== session) return { kind: 'superseded' }
    if (!isLive(record)) return { kind: 'ended', reason: snapshot.reason ?? 'lost' }
    this.#succeeded()
    return { kind: 'adopted', ...lifeOf(record.tokens) }
  }

  /** Takes the error of a storage that did not let it come to an attempt, or not to its end. */
  broken(error: unknown): RefreshOutcome<Resource> {
    const { state, serverClock, clock } = this.#context
    const coolDownMs = coolDownAfter(this.#failures + 1, undefined, clock)
    if (state.record) state.mark(cooling(state.record, coolDownMs, serverClock))
    const known = error instanceof LatchkeyError ? error : new StorageError('failed', 'The refresh failed')
    return this.#failed({ error: known, coolDownMs, mayPass: true })
  }

  async #won(found: Won<Resource>, session: string, version: number): Promise<RefreshOutcome<Resource>> {
    const { state, backend, emit } = this.#context
    const won = { record: found.record, unsaved: 'change' } as const
    const stands = found.late ? await offerLocked(this.#context, won, LATE_LOCK_WAIT_MS) : found.stands
    const kept = !stands || stands.record === found.record
    const wanted = state.record?.session === session && reconcile(state.mine, found.record) === 'theirs'
    if (kept && wanted) {
      const refreshed: Refreshed<Resource> = {
        kind: 'refreshed',
        ...lifeOf(found.record.tokens),
        ...this.#resource(found.grant),
      }
      this.#succeeded()
      state.put({ ...won, unsaved: stands ? null : 'change' }, () => emit('refreshed', refreshed))
      return refreshed
    }
    if (stands && !kept) this.#meet({ ...stands, own: false }, version)
    // A tombstone or another session stands in its place; what is newer in the same session may stand on it.
    const over = stands ? !kept && !(stands.record?.session === session && stands.record.tokens) : !wanted
    if (over) await backend.revoke?.(found.record.tokens).catch(() => {})
    return this.standing(session)
  }

  #ended(
    finding: Extract<Finding, { kind: 'ended' | 'refused' }>,
    session: string,
    version: number,
  ): RefreshOutcome<Resource> {
    const { state, emit } = this.#context
    if (finding.kind === 'ended' && state.record?.session === session) {
      const { record, stands } = finding
      if (stands && stands.record !== record) this.#meet({ ...stands, own: false }, version)
      else if (reconcile(state.mine, record) === 'theirs' && record.ended) {
        const reason = record.ended
        state.put({ record, unsaved: stands ? null : 'change' }, () => emit('ended', { reason }))
      }
    }
    return this.standing(session)
  }

  #meet(stored: Stored, version: number): void {
    if (!this.#context.state.meet(stored, version)) void this.#look()
  }

  #succeeded(): void {
    this.#failures = 0
    this.#lastFailure = undefined
  }

  #failed({ error, coolDownMs, mayPass }: Omit<TransientFailure, 'kind'>): TransientFailure {
    if (error === this.#lastFailure?.error) return { ...this.#lastFailure, coolDownMs }
    this.#failures++
    this.#lastFailure = { kind: 'transient', error, coolDownMs, mayPass }
    this.#context.emit('refreshFailed', this.#lastFailure)
    return this.#lastFailure
  }

  /** The tokens are safe; a fault in the rest of the answer is told of, and costs nothing. */
  #resource(grant: Grant<Resource>): { readonly resource?: Resource } {
    try {
      return { resource: grant.resource() }
    } catch (error) {
      this.#context.emit('drift', { error: error as ResponseValidationError })
      return {}
    }
  }
}
