import { ConfigurationError } from '../errors/configuration-error.ts'
import { LatchkeyError } from '../errors/latchkey-error.ts'
import { NetworkError } from '../errors/network-error.ts'
import { StorageError } from '../errors/storage-error.ts'
import { TimeoutError } from '../errors/timeout-error.ts'
import { HOLD_BOUND_MS } from '../storage/process-lock.ts'
import { readNoting } from './absence.ts'
import { completeTokens, type SessionContext } from './context.ts'
import { coolDownAfter, coolDownLeft, cooling } from './cool-down.ts'
import type { Failed, Finding, Task } from './finding.ts'
import { freshnessOf } from './freshness.ts'
import type { HeldLock } from './held-lock.ts'
import { offer } from './offer.ts'
import type { Grant } from './protocol.ts'
import { reconcile } from './reconcile.ts'
import {
  ANYBODY,
  endRecord,
  isLive,
  isSame,
  type LiveRecord,
  type Pending,
  renewRecord,
  type SessionRecord,
  type StoredEndReason,
  writtenOver,
} from './record.ts'
import { MOST_RACES_LOST, type Stored } from './record-store.ts'

/** Whoever holds the lock loses it after the hold bound; a little later it is ours. */
const LOCK_WAIT_MS: number = HOLD_BOUND_MS + 5000
/** Whoever set a mark this recently may yet write what it won, in milliseconds. */
const YOUNG_PENDING_MS = 120_000

/** What is known of a storage that can't be read. */
const UNREAD: Stored = { raw: null, record: null, own: false }

/**
 * One attempt to refresh a session:
 *
 * 1. Take the lock.
 * 2. Read and reconcile. A token that is good now ends it, a cool-down that lasts too.
 * 3. If a refresh can't be repeated, mark the record as pending.
 * 4. Look at the lock once more, and send: one attempt a hold.
 * 5. Put the tokens into the storage before anybody sees them.
 * 6. Release.
 */
export class RefreshAttempt<Resource> {
  readonly #context: SessionContext<unknown, Resource>
  readonly #task: Task

  constructor(context: SessionContext<unknown, Resource>, task: Task) {
    this.#context = context
    this.#task = task
  }

  async run(): Promise<Finding<Resource>> {
    const { store, state, backend } = this.#context
    try {
      return await store.exclusive((lock) => this.#attempt(lock), {
        waitMs: LOCK_WAIT_MS,
        signal: this.#task.signal,
      })
    } catch (error) {
      // Nothing has been sent: the lock, the reading or the mark was not to be had.
      const { record } = state
      if (!(error instanceof StorageError) || !isLive(record)) throw error
      if (!backend.repeatable || record.session !== this.#task.session || !this.#renewable(record)) {
        return this.#failed(record, error)
      }
      return this.#attempt()
    }
  }

  /** @param lock absent: it was not to be had, and a refresh can be repeated */
  async #attempt(lock?: HeldLock): Promise<Finding<Resource>> {
    const { store, state, backend } = this.#context
    const { session, refused } = this.#task
    for (let race = 0; race < MOST_RACES_LOST; race++) {
      const { version } = state
      const stored = await readNoting(this.#context, lock !== undefined).catch((error: unknown) => {
        if (lock) throw error
        return UNREAD
      })
      const ours = reconcile(state.mine, stored.record, backend.supersedes) === 'mine'
      const held = ours && state.record ? writtenOver(state.record, stored.record) : stored.record
      if (held?.session !== session || !isLive(held)) return { kind: 'stands', stored, version }
      const { tokens } = held
      const freshness = freshnessOf(tokens, this.#context)
      if (
        refused === undefined
          ? freshness === 'fresh'
          : tokens.accessToken !== refused && freshness !== 'expired'
      ) {
        return { kind: 'stands', stored, version }
      }
      const coolDownMs = coolDownLeft(held, this.#context)
      if (coolDownMs > 0) {
        const { lastError } = this.#task
        const error =
          lastError ?? new TimeoutError('The refresh waits for a cool-down that another client began')
        return { ...(await this.#failed(held, error, 0)), coolDownMs }
      }
      // What is over now would last once more for whoever learns that the clock it was set by was ahead.
      const record = { ...held, coolDown: null }
      if (!this.#renewable(record)) {
        if (freshness === 'expired' || this.#task.reauthenticates) {
          return this.#refused(record, stored, 'expired')
        }
        const error = new ConfigurationError('These tokens can not be renewed')
        return { ...(await this.#failed(record, error, 0)), mayPass: false }
      }
      const { repeatable } = backend
      const marked = repeatable ? record : { ...record, pending: this.#mark(record) }
      const written = lock && (ours || !repeatable) ? await store.replace(stored.raw, marked) : stored
      if (!written) continue
      if (lock?.lost || lock?.overslept) {
        const error = new StorageError('locked', 'The lock was lost before the refresh was sent')
        return this.#failed(record, error, 0, written)
      }
      return this.#send(record, written, lock)
    }
    throw new StorageError('failed', 'The storage never keeps what is written to it')
  }

  async #send(record: LiveRecord, marked: Stored, lock?: HeldLock): Promise<Finding<Resource>> {
    const { tokens } = record
    let grant: Grant<Resource>
    try {
      grant = await this.#context.backend.refresh(tokens, { afterwards: this.#task.afterwards })
    } catch (error) {
      return this.#judge(error, record, marked, lock)
    }
    const won = completeTokens(grant.tokens, this.#context, tokens)
    if (won.accessToken === tokens.accessToken && won.refreshToken === tokens.refreshToken) {
      const unchanged = { ...record, tokens: won, pending: null, coolDown: null }
      await this.#write(marked, unchanged)
      return { kind: 'unchanged', record: unchanged, saved: isSame(marked.record, record), grant }
    }
    const renewed = renewRecord(record, won)
    const late = lock?.lost !== false
    const stands = late ? null : await offer(this.#context, { record: renewed, unsaved: 'change' }, marked)
    return { kind: 'won', record: renewed, stands, late, grant }
  }

  #renewable({ tokens }: LiveRecord): boolean {
    return this.#context.backend.renewable?.(tokens) !== false
  }

  async #judge(
    thrown: unknown,
    record: LiveRecord,
    marked: Stored,
    lock?: HeldLock,
  ): Promise<Finding<Resource>> {
    const { backend, state } = this.#context
    const { verdict, mayHaveActed, retryAfterMs } = backend.judge(thrown, 'refresh')
    const error = thrown instanceof LatchkeyError ? thrown : new NetworkError('The refresh failed')
    const before = record.pending
    let pending = mayHaveActed ? (marked.record?.pending ?? before) : before
    if (verdict === 'stale' || verdict === 'revoked' || verdict === 'expired') {
      const { version } = state
      // Without the lock, nothing is known of what others have written.
      const latest = await readNoting(this.#context, true).catch(() => (lock?.lost ? null : marked))
      if (latest && !isSame(latest.record, record)) return { kind: 'stands', stored: latest, version }
      const marks = [before, (latest ?? marked).record?.pending ?? null]
      // Whoever came after the lock was lost has left a mark of its own.
      if (latest && !marks.some((pending) => this.#mayStillWin(pending))) {
        // Stale, and nobody who shares the storage has a newer one: it was lost on its way. So it may have been where
        // somebody else has sent a refresh.
        const others = marks[1] && marks[1].by !== this.#context.id
        return this.#refused(
          record,
          latest,
          before || others || verdict === 'stale' ? 'lost' : verdict,
          error,
        )
      }
      pending = marks[1] ?? null
    }
    const coolDownMs = coolDownAfter(this.#task.failures + 1, retryAfterMs, this.#context.clock)
    const failed = await this.#failed({ ...record, pending }, error, coolDownMs, marked)
    return { ...failed, mayPass: verdict !== 'fault' }
  }

  async #refused(
    record: LiveRecord,
    stored: Stored,
    reason: StoredEndReason,
    error?: LatchkeyError,
  ): Promise<Finding<Resource>> {
    if (this.#task.reauthenticates) {
      // What becomes of the refresh is known: others needn't wait for it.
      const unmarked = await this.#write(stored, record)
      return { kind: 'refused', record, stored: unmarked ?? stored, reason, error }
    }
    const tombstone = endRecord(record, reason)
    const stands = await offer(this.#context, { record: tombstone, unsaved: 'change' }, stored)
    return { kind: 'ended', record: tombstone, stands }
  }

  /** The mark to send a refresh under. Where another's may be under way, what comes of it is no longer ours alone. */
  #mark({ pending }: LiveRecord): Pending {
    if (pending?.by === ANYBODY && this.#mayStillWin(pending)) return pending
    const by = this.#mayStillWin(pending) ? ANYBODY : this.#context.id
    return { by, at: this.#context.serverClock.now() }
  }

  /** Another client's refresh may be under way, and end well. */
  #mayStillWin(pending: Pending | null): boolean {
    if (!pending || pending.by === this.#context.id) return false
    return Math.abs(this.#context.serverClock.now() - pending.at) < YOUNG_PENDING_MS
  }

  /** @param marked what the failure is written over; absent: it isn't written down */
  async #failed(
    record: LiveRecord,
    error: LatchkeyError,
    coolDownMs: number = coolDownAfter(this.#task.failures + 1, undefined, this.#context.clock),
    marked?: Stored,
  ): Promise<Failed> {
    const cooled = coolDownMs ? cooling(record, coolDownMs, this.#context.serverClock) : record
    if (marked) await this.#write(marked, cooled)
    const saved = marked !== undefined && isSame(marked.record, record)
    return { kind: 'failed', record: cooled, saved, error, coolDownMs, mayPass: true }
  }

  /** Marks are worth a try, not a failure. */
  #write(marked: Stored, next: SessionRecord): Promise<Stored | null> {
    return this.#context.store.replace(marked.raw, next).catch(() => null)
  }
}
