import { StorageError } from '../errors/storage-error.ts'
import type { ExclusiveOptions } from '../storage/token-storage.ts'
import { type HeldLock, LONGEST_PREPARATION_MS } from './held-lock.ts'
import type { SessionPolicy } from './protocol.ts'
import { type Mine, reconcile } from './reconcile.ts'
import { parseRecord, type Reading, type SessionRecord, serializeRecord, writtenOver } from './record.ts'
import type { StorageAccess } from './storage-access.ts'

/** What is stored: the string, and the session it means to this client. */
export interface Stored {
  readonly raw: string | null
  /** `null`: no session of this client's. */
  readonly record: SessionRecord | null
  /** This client itself wrote it. */
  readonly own: boolean
}

/** Others that write without the lock are few and quick; whoever loses to so many is up against a broken storage. */
export const MOST_RACES_LOST = 20

/** One session's record in its storage: reads it, and writes it where nobody else has written meanwhile. */
export class RecordStore {
  readonly #access: StorageAccess
  readonly #audience: string
  /** Private memory keeps a session. */
  #keeps = false
  /** What was last seen in the storage. */
  #latest: string | null = null
  /** What that turned out to be; absent: nothing. */
  #reading: Reading | undefined
  /** What this client last wrote, or is writing. */
  #written: string | undefined

  constructor(access: StorageAccess, audience: string) {
    this.#access = access
    this.#audience = audience
  }

  /** The storage certainly holds what was last seen there, or can't tell without I/O. */
  get undisturbed(): boolean {
    const raw = this.#access.glance
    return raw === undefined || this.#knows(raw)
  }

  /** The storage can see to it that a refresh is sent once. */
  get guardsRefreshes(): boolean {
    return this.#access.guardsRefreshes
  }

  /** Private memory has taken the storage's place. */
  get private(): boolean {
    return this.#access.private
  }

  /**
   * The record whose place a sign-in is about to take, as far as it can be told.
   *
   * @throws {ConfigurationError} The storage can't be used where this program runs.
   */
  async predecessor(): Promise<SessionRecord | null> {
    const reading = parseRecord((await this.#access.peek()) ?? '')
    return reading.kind === 'record' && reading.record.audience === this.#audience ? reading.record : null
  }

  /** Gives a storage that never worked another chance. */
  tryAgain(): void {
    this.#access.tryAgain()
    this.#keeps = false
  }

  /**
   * Reads what is stored.
   *
   * @param locked the lock is held: what can't be parsed is then garbage, not half-written
   * @throws {StorageError} It can't be read, or holds what this version doesn't understand.
   */
  async read(locked = false): Promise<Stored> {
    // As long as no session is kept in its place, it may turn out to work after all.
    if (!locked && !this.#keeps) this.#access.giveBack()
    const raw = await this.#access.read()
    const news = raw !== this.#latest
    const reading = news ? (raw === null ? undefined : parseRecord(raw)) : this.#reading
    if (reading?.kind === 'garbled' && !locked) {
      return this.exclusive(() => this.read(true), { waitMs: LONGEST_PREPARATION_MS })
    }
    this.#latest = raw
    this.#reading = reading
    const unreadable = (why: string): StorageError => {
      const error = new StorageError('unreadable', `The stored session ${why}`)
      if (news) this.#access.tell(error)
      return error
    }
    if (reading?.kind === 'unknown') throw unreadable('was written by another version')
    const stored = { raw, own: raw !== null && raw === this.#written }
    if (reading?.kind === 'record') {
      this.#access.worked()
      if (reading.record.audience === this.#audience) return { ...stored, record: reading.record }
      unreadable('belongs to another audience')
    } else if (reading) unreadable('can not be read and will be overwritten')
    return { ...stored, record: null }
  }

  /**
   * Writes `next` if the storage still holds `expected`, and answers what it then holds, or `null` if it held another.
   *
   * @throws {StorageError} It can't be written.
   */
  async replace(expected: string | null, next: SessionRecord): Promise<Stored | null> {
    const raw = serializeRecord(next)
    // Noted first: a watcher of this very write must not take it for somebody else's.
    this.#written = raw
    if (!(await this.#access.replace(expected, raw))) return null
    if (this.private) this.#keeps = next.tokens !== null
    this.#access.worked()
    this.#latest = raw
    this.#reading = { kind: 'record', record: next }
    return { raw, record: next, own: true }
  }

  /** Takes what this client last wrote for somebody else's from now on. */
  disown(): void {
    this.#written = undefined
  }

  /**
   * Writes `mine` where it stands against what is stored, and answers the record that stands.
   *
   * @param stored what was last read; absent: read it
   * @throws {StorageError} The storage failed. Nothing was written.
   */
  async settle(mine: Mine, supersedes: SessionPolicy['supersedes'], stored?: Stored): Promise<Stored> {
    let theirs = stored ?? (await this.read(true))
    for (let race = 0; race < MOST_RACES_LOST; race++) {
      if (!mine.record || reconcile(mine, theirs.record, supersedes) === 'theirs') return theirs
      const written = await this.replace(theirs.raw, writtenOver(mine.record, theirs.record))
      if (written) return written
      theirs = await this.read(true)
    }
    throw new StorageError('failed', 'The storage never keeps what is written to it')
  }

  /**
   * Runs `task` under the lock.
   *
   * @throws {StorageError} The lock was not to be had in time.
   */
  exclusive<T>(task: (lock: HeldLock) => Promise<T>, options: ExclusiveOptions): Promise<T> {
    return this.#access.exclusive(task, options)
  }

  /**
   * Runs `task` under the lock, or without it where it is not to be had in time: it must do no harm there, as compare
   * and set sees to.
   */
  preferably<T>(task: () => Promise<T>, waitMs: number): Promise<T> {
    return this.exclusive(task, { waitMs }).catch(() => task())
  }

  /** Calls `changed` when somebody else may have written. Answers the function that stops it. */
  watch(changed: () => void): () => void {
    return this.#access.watch(() => {
      const raw = this.#access.glance
      if (raw === undefined || !this.#knows(raw)) changed()
    })
  }
  /** It was last seen in the storage, or written there. */
  #knows(raw: string | null): boolean {
    return raw === this.#latest || raw === this.#written
  }
}
