import { ConfigurationError } from '../errors/configuration-error.ts'
import { StorageError } from '../errors/storage-error.ts'
import { memoryStorage } from '../storage/memory-storage.ts'
import type { TokenStorage } from '../storage/token-storage.ts'
import type { Clock } from '../support/clock.ts'
import { isPromise, type MaybePromise } from '../support/maybe-promise.ts'
import type { SessionPolicy } from './protocol.ts'
import { type Mine, reconcile } from './reconcile.ts'
import { parseRecord, type Reading, type SessionRecord, serializeRecord, writtenOver } from './record.ts'
import { CLOCKS_PARTED_MS } from './server-clock.ts'

/** What is stored: the string, and the session it means to this client. */
export interface Stored {
  readonly raw: string | null
  /** `null`: no session of this client's. */
  readonly record: SessionRecord | null
  /** This client itself wrote it. */
  readonly own: boolean
}

/** The lock, as its holder sees it. */
export interface HeldLock {
  /** Somebody else may hold it by now. */
  readonly lost: boolean
  /** The holder has slept over it: it may be lost without its having been told yet. */
  readonly overslept: boolean
}

/** A holder that was frozen for longer than this before it sent anything doesn't send it, in milliseconds. */
export const LONGEST_PREPARATION_MS = 10_000

/** Others that write without the lock are few and quick; whoever loses to so many is up against a broken storage. */
export const MOST_RACES_LOST = 20

/**
 * One session's place in a storage.
 *
 * A storage that has never worked here (private mode, blocked by policy) is replaced by private memory, and
 * tried again at the next sign-in. One that is shared between processes is never replaced: if it doesn't answer,
 * that says nothing about whether there is a session.
 */
export class RecordStore {
  readonly #given: TokenStorage
  readonly #key: string
  readonly #audience: string
  readonly #clock: Clock
  readonly #report: (error: StorageError) => void
  #storage: TokenStorage
  #worked = false
  /** The storage failed before it ever worked. */
  #gaveWay = false
  /** A session is kept in its place. */
  #keeps = false
  #synchronous = false
  /** What was last seen in the storage. */
  #latest: string | null = null
  /** What that turned out to be; absent: nothing. */
  #reading: Reading | undefined
  /** What this client last wrote, or is writing. */
  #written: string | undefined
  /** How many tasks of this client's hold the lock. */
  #holding = 0
  #untold: StorageError[] = []
  /** What the storage last said of a record that it can't read. */
  #unreadable: string | undefined

  constructor(
    storage: TokenStorage,
    key: string,
    audience: string,
    clock: Clock,
    report: (error: StorageError) => void,
  ) {
    this.#given = this.#storage = storage
    this.#key = key
    this.#audience = audience
    this.#clock = clock
    this.#report = report
  }

  /** The storage certainly holds what was last seen there, or can't tell without I/O. */
  get undisturbed(): boolean {
    if (!this.#synchronous) return true
    try {
      const raw = this.#storage.read(this.#key)
      return raw === this.#latest || raw === this.#written
    } catch {
      return true
    }
  }

  /** The storage can see to it that a refresh is sent once. */
  get guardsRefreshes(): boolean {
    return this.#given.reach !== 'request'
  }

  /**
   * The record whose place a sign-in is about to take, as far as it can be told.
   *
   * @throws {ConfigurationError} The storage can't be used where this program runs. Any other failure is none as
   *   long as nothing has to be kept.
   */
  async predecessor(): Promise<SessionRecord | null> {
    try {
      const raw = await this.#given.read(this.#key)
      const reading = parseRecord(raw ?? '')
      return reading.kind === 'record' && reading.record.audience === this.#audience ? reading.record : null
    } catch (error) {
      if (error instanceof ConfigurationError) throw error
      return null
    }
  }

  /** Private memory has taken the storage's place. */
  get private(): boolean {
    return this.#storage !== this.#given
  }

  /** Gives a storage that never worked another chance. */
  tryAgain(): void {
    this.#use(this.#given)
    this.#gaveWay = false
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
    if (!locked && !this.#keeps) this.#use(this.#given)
    const raw = await this.#guarded('read', () => {
      const value = this.#storage.read(this.#key)
      this.#synchronous = !isPromise(value)
      return value
    })
    this.#unreadable = undefined
    const news = raw !== this.#latest
    const reading = news ? (raw === null ? undefined : parseRecord(raw)) : this.#reading
    if (reading?.kind === 'garbled' && !locked) {
      return this.exclusive(() => this.read(true), { waitMs: LONGEST_PREPARATION_MS })
    }
    this.#latest = raw
    this.#reading = reading
    const unreadable = (why: string): StorageError => {
      const error = new StorageError('unreadable', `The stored session ${why}`)
      if (news) this.#tell(error)
      return error
    }
    if (reading?.kind === 'unknown') throw unreadable('was written by another version')
    const stored = { raw, own: raw !== null && raw === this.#written }
    if (reading?.kind === 'record') {
      if (!this.private) this.#worked = true
      if (reading.record.audience === this.#audience) return { ...stored, record: reading.record }
    }
    if (reading?.kind === 'record') unreadable('belongs to another audience')
    else if (reading) unreadable('can not be read and will be overwritten')
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
    const done = await this.#guarded('written', () => this.#storage.replace(this.#key, expected, raw))
    if (!done) return null
    if (this.private) this.#keeps = next.tokens !== null
    else this.#worked = true
    this.#latest = raw
    this.#reading = { kind: 'record', record: next }
    return { raw, record: next, own: true }
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
  exclusive<T>(
    task: (lock: HeldLock) => Promise<T>,
    options: { readonly waitMs: number; readonly signal?: AbortSignal },
  ): Promise<T> {
    const clock = this.#clock
    let entries = 0
    const released = (): void => {
      this.#holding -= entries
      if (this.#holding === 0) for (const error of this.#untold.splice(0)) this.#report(error)
    }
    let settled: (() => T) | undefined
    const hold = (signal: AbortSignal): Promise<() => T> => {
      entries++
      this.#holding++
      const [entered, enteredAt] = [clock.monotonic(), clock.now()]
      const lock: HeldLock = {
        get lost() {
          return signal.aborted
        },
        get overslept() {
          // While a machine sleeps, its monotonic clock may stand still, and its wall clock be set.
          const passed = clock.monotonic() - entered
          const parted = Math.abs(clock.now() - enteredAt - passed)
          return passed > LONGEST_PREPARATION_MS || parted > CLOCKS_PARTED_MS
        },
      }
      // Settled as a value: what the task throws is no failure of the storage's.
      return task(lock)
        .then(
          (value) => () => value,
          (error: unknown) => () => {
            throw error
          },
        )
        .then((result) => {
          settled = result
          return result
        })
    }
    const locked = this.#guarded(
      'locked',
      async () => {
        try {
          return await this.#storage.exclusive(this.#key, hold, options)
        } catch (error) {
          if (!settled) throw error
          // The lock could not be given back; what was done under it is done.
          this.#tell(wrapped('unlocked', error))
          return settled
        }
      },
      options.signal,
    )
    return locked.finally(released).then((result) => result())
  }

  /** Calls `changed` when somebody else may have written. Answers the function that stops it. */
  watch(changed: () => void): () => void {
    const heard = (): void => {
      if (!this.#synchronous || !this.undisturbed) changed()
    }
    const attempt = <T>(act: () => T): T | undefined => {
      try {
        return act()
      } catch (error) {
        this.#tell(wrapped('watched', error))
        return undefined
      }
    }
    const stop = attempt(() => this.#given.watch?.(this.#key, heard))
    return () => attempt(() => stop?.())
  }

  #use(storage: TokenStorage): void {
    if (storage !== this.#storage) this.#synchronous = false
    this.#storage = storage
  }

  /** Tells of a failure, but calls nobody while the lock is held. */
  #tell(error: StorageError): void {
    if (this.#holding) this.#untold.push(error)
    else this.#report(error)
  }

  async #guarded<T>(
    done: 'read' | 'written' | 'locked',
    access: () => MaybePromise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    try {
      return await access()
    } catch (error) {
      if (signal?.aborted || error instanceof ConfigurationError) throw error
      const failure = wrapped(done, error)
      // What can't be read is told of once, until something can.
      const known = failure.failure === 'unreadable' && failure.message === this.#unreadable
      if (failure.failure === 'unreadable') this.#unreadable = failure.message
      if (!known && (this.#worked || !this.#gaveWay)) this.#tell(failure)
      const shared = this.#given.reach === 'machine' || this.#given.reach === 'fleet'
      // Somebody else has the lock, or can read what this one can't: the storage works.
      const works = failure.failure === 'locked' || failure.failure === 'unreadable'
      if (works || this.#worked || shared || this.private) throw failure
      this.#gaveWay = true
      this.#use(memoryStorage({ clock: this.#clock }))
      return await access()
    }
  }
}

/** A storage's own errors may quote what it was given: only the platform's are kept. */
function wrapped(done: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error
  const cause = error instanceof DOMException ? { cause: error } : undefined
  return new StorageError('failed', `The token storage could not be ${done}`, cause)
}
