import { ConfigurationError } from '../errors/configuration-error.ts'
import { StorageError } from '../errors/storage-error.ts'
import { memoryStorage } from '../storage/memory-storage.ts'
import type { ExclusiveOptions, TokenStorage } from '../storage/token-storage.ts'
import type { Clock } from '../support/clock.ts'
import { isPromise, type MaybePromise } from '../support/maybe-promise.ts'
import { HeldLock } from './held-lock.ts'

/**
 * One key of a storage that may fail: what it then throws, what is told of it and when, and what takes its place.
 *
 * A storage that has never worked here (private mode, blocked by policy) is replaced by private memory, and
 * tried again at the next sign-in. One that is shared between processes is never replaced: if it doesn't answer,
 * that says nothing about whether there is a session.
 */
export class StorageAccess {
  readonly #given: TokenStorage
  readonly #key: string
  readonly #clock: Clock
  readonly #report: (error: StorageError) => void
  #storage: TokenStorage
  #worked = false
  /** The storage failed before it ever worked. */
  #gaveWay = false
  #synchronous = false
  /** How many tasks of this client's hold the lock. */
  #holding = 0
  #untold: StorageError[] = []
  /** What the storage last said of a record that it can't read. */
  #unreadable: string | undefined

  constructor(storage: TokenStorage, key: string, clock: Clock, report: (error: StorageError) => void) {
    this.#given = this.#storage = storage
    this.#key = key
    this.#clock = clock
    this.#report = report
  }

  /** The storage can see to it that a refresh is sent once. */
  get guardsRefreshes(): boolean {
    return this.#given.reach !== 'request'
  }

  /** Private memory has taken the storage's place. */
  get private(): boolean {
    return this.#storage !== this.#given
  }

  /** What the storage holds; `undefined`: it can't be told without I/O. */
  get glance(): string | null | undefined {
    if (!this.#synchronous) return undefined
    try {
      return this.#storage.read(this.#key) as string | null
    } catch {
      return undefined
    }
  }

  /**
   * What the storage itself holds, whatever has taken its place; `null` also where that can't be told.
   *
   * @throws {ConfigurationError} The storage can't be used where this program runs. Any other failure is none as
   *   long as nothing has to be kept.
   */
  async peek(): Promise<string | null> {
    try {
      return await this.#given.read(this.#key)
    } catch (error) {
      if (error instanceof ConfigurationError) throw error
      return null
    }
  }

  /** Uses the storage itself again, until it fails once more. */
  giveBack(): void {
    this.#use(this.#given)
  }

  /** Gives a storage that never worked another chance. */
  tryAgain(): void {
    this.giveBack()
    this.#gaveWay = false
  }

  /** Notes that a session was found in the storage, or put there. */
  worked(): void {
    if (!this.private) this.#worked = true
  }

  /** @throws {StorageError} It can't be read. */
  async read(): Promise<string | null> {
    const raw = await this.#guarded('read', () => {
      const value = this.#storage.read(this.#key)
      this.#synchronous = !isPromise(value)
      return value
    })
    this.#unreadable = undefined
    return raw
  }

  /** @throws {StorageError} It can't be written. */
  replace(expected: string | null, next: string): Promise<boolean> {
    return this.#guarded('written', () => this.#storage.replace(this.#key, expected, next))
  }

  /**
   * Runs `task` under the lock.
   *
   * @throws {StorageError} The lock was not to be had in time.
   */
  exclusive<T>(task: (lock: HeldLock) => Promise<T>, options: ExclusiveOptions): Promise<T> {
    let entries = 0
    const released = (): void => {
      this.#holding -= entries
      if (this.#holding === 0) for (const error of this.#untold.splice(0)) this.#report(error)
    }
    let settled: (() => T) | undefined
    const hold = async (signal: AbortSignal): Promise<() => T> => {
      entries++
      this.#holding++
      // Settled as a value: what the task throws is no failure of the storage's.
      settled = await task(new HeldLock(signal, this.#clock)).then(
        (value) => () => value,
        (error: unknown) => () => {
          throw error
        },
      )
      return settled
    }
    const locked = this.#guarded(
      'locked',
      async () => {
        try {
          return await this.#storage.exclusive(this.#key, hold, options)
        } catch (error) {
          if (!settled) throw error
          // The lock could not be given back; what was done under it is done.
          this.tell(wrapped('unlocked', error))
          return settled
        }
      },
      options.signal,
    )
    return locked.finally(released).then((result) => result())
  }

  /** Calls `changed` when somebody may have written. Answers the function that stops it. */
  watch(changed: () => void): () => void {
    const attempt = <T>(act: () => T): T | undefined => {
      try {
        return act()
      } catch (error) {
        this.tell(wrapped('watched', error))
        return undefined
      }
    }
    const stop = attempt(() => this.#given.watch?.(this.#key, changed))
    return () => attempt(() => stop?.())
  }

  /** Tells of a failure, but calls nobody while the lock is held. */
  tell(error: StorageError): void {
    if (this.#holding) this.#untold.push(error)
    else this.#report(error)
  }

  #use(storage: TokenStorage): void {
    if (storage !== this.#storage) this.#synchronous = false
    this.#storage = storage
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
      const isUnreadable = failure.failure === 'unreadable'
      const known = isUnreadable && failure.message === this.#unreadable
      if (isUnreadable) this.#unreadable = failure.message
      if (!known && (this.#worked || !this.#gaveWay)) this.tell(failure)
      const shared = /machine|fleet/.test(this.#given.reach)
      // Somebody else has the lock, or can read what this one can't: the storage works.
      const works = isUnreadable || failure.failure === 'locked'
      if (works || this.#worked || shared || this.private) throw failure
      this.#gaveWay = true
      this.#use(memoryStorage({ clock: this.#clock }))
      return await access()
    }
  }
}

function wrapped(done: string, cause: unknown): StorageError {
  return cause instanceof StorageError
    ? cause
    : new StorageError('failed', `The token storage could not be ${done}`, { cause })
}
