import { withDeadline } from '../support/deadline.ts'
import { startTimer } from '../support/timer.ts'
import { readNoting } from './absence.ts'
import type { SessionContext } from './context.ts'
import { offer } from './offer.ts'
import { isLive, type SessionRecord } from './record.ts'
import { finishSignOut } from './sign-out.ts'

/** Saving waits for the lock for so long, in milliseconds. */
const LOCK_WAIT_MS = 2000
/** What could not be saved is not tried again sooner than this, in milliseconds. */
const SAVE_PAUSE_MS = 1000
/** Where nobody calls, it is tried again after so long, in milliseconds, and after twice as long each further time. */
const FIRST_RETRY_MS = 3000
const LONGEST_RETRY_MS = 60_000
/** Closing waits for it for so long, in milliseconds. */
const LAST_SAVE_MS = 5000

/** Keeps memory and storage together: reads what others wrote, and writes what the storage has not got. */
export class StorageSync {
  readonly #context: SessionContext
  #reading: Promise<void> | undefined
  #saving: Promise<void> | undefined
  #nextSave = 0
  #retryMs = FIRST_RETRY_MS
  #stopRetry: (() => void) | undefined
  #closed = false

  constructor(context: SessionContext) {
    this.#context = context
  }

  /**
   * The record that counts: memory's, unless there is no session in it or a glance at the storage shows another.
   *
   * @throws {StorageError} There is no session in memory, and the storage can't be read.
   */
  async current(): Promise<SessionRecord | null> {
    const { state, store } = this.#context
    if (!isLive(state.record) || !store.undisturbed) await this.restore()
    return state.record
  }

  /**
   * Reads the storage, whatever is in memory.
   *
   * @throws {StorageError} There is no session in memory, and the storage can't be read.
   */
  async restore(): Promise<void> {
    await this.read().catch((error: unknown) => {
      if (!isLive(this.#context.state.record)) throw error
    })
  }

  /**
   * Reads the storage, and meets what is there. Whoever asks while it is being read joins.
   *
   * @throws {StorageError} It can't be read.
   */
  read(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  /** Reads the storage anew: a read that is under way may be older than what there is to see. Never rejects. */
  async look(): Promise<void> {
    await this.#reading?.catch(() => {})
    await this.read().catch(() => {})
  }

  /** Writes what the storage has not got, unless that was tried a moment ago. */
  save(): void {
    const { clock, state } = this.#context
    if (state.mine.unsaved && clock.monotonic() >= this.#nextSave) void this.#saved()
  }

  /** Sees to it that what the storage has not got is written even if nobody calls. Its timer keeps no process alive. */
  saveLater(): void {
    const { clock, state } = this.#context
    if (state.mine.unsaved && !this.#closed) {
      this.#stopRetry ??= startTimer(clock, this.#retryMs, () => this.#retry(), true)
      return
    }
    this.#stopRetry?.()
    this.#stopRetry = undefined
    this.#retryMs = FIRST_RETRY_MS
  }

  /** Tries once more to write what the storage has not got, for a few seconds at the most. Never rejects. */
  async close(): Promise<void> {
    this.#closed = true
    this.#stopRetry?.()
    const { clock, state } = this.#context
    const flush = async (): Promise<void> => {
      await this.#saving
      if (state.mine.unsaved) await this.#saved()
    }
    if (state.mine.unsaved)
      await withDeadline(clock, { ms: LAST_SAVE_MS, error: Error }, flush).catch(() => {})
  }

  #retry(): void {
    this.#stopRetry = undefined
    if (!this.#context.state.mine.unsaved) return
    this.#retryMs = Math.min(2 * this.#retryMs, LONGEST_RETRY_MS)
    void this.#saved()
  }

  /** Whoever wants it saved while it is being saved joins. */
  #saved(): Promise<void> {
    this.#nextSave = this.#context.clock.monotonic() + SAVE_PAUSE_MS
    this.#saving ??= this.#save().finally(() => {
      this.#saving = undefined
      this.saveLater()
    })
    return this.#saving
  }

  async #read(): Promise<void> {
    const { state } = this.#context
    for (let met = false; !met; ) {
      const { version, snapshot } = state
      met = state.meet(
        await readNoting(this.#context),
        version,
        snapshot.status === 'unknown' ? 'restored' : 'adopted',
      )
    }
    this.save()
  }

  async #save(): Promise<void> {
    const { state, store } = this.#context
    let { mine, version } = state
    if (mine.record?.ended === 'deleted') return finishSignOut(this.#context, mine.record)
    const write = async (): ReturnType<typeof offer> => {
      // It may have been a while until the lock was to be had.
      ;({ mine, version } = state)
      return mine.unsaved && mine.record?.ended !== 'deleted' ? offer(this.#context, mine) : null
    }
    const stands = await store.exclusive(write, { waitMs: LOCK_WAIT_MS }).catch(() => null)
    if (stands && !state.meet({ ...stands, own: false }, version)) void this.look()
  }
}
