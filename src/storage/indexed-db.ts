import { ConfigurationError } from '../errors/configuration-error.ts'
import { LatchkeyError } from '../errors/latchkey-error.ts'
import { StorageError } from '../errors/storage-error.ts'
import type { Clock } from '../support/clock.ts'
import { withDeadline } from '../support/deadline.ts'

const VERSION = 1
const STORE = 'values'
/** An opening that others block, and a disk that is stuck, are given up after so long, in milliseconds. */
const LONGEST_TRANSACTION_MS = 10_000
/** A browser that is clearing the site's data refuses to open a database for a moment, and at once. */
const MOST_TRIES = 20

/** A database of values by key. It is opened when it is needed, and again after the browser has closed it. */
export class IndexedDb {
  readonly #name: string
  readonly #clock: Clock
  #connection: Promise<IDBDatabase> | undefined

  constructor(name: string, clock: Clock) {
    this.#name = name
    this.#clock = clock
  }

  /**
   * Runs `act` in one transaction, and answers what it gave to `answer`, once the transaction has completed: what
   * was written is then on the disk.
   *
   * @throws {ConfigurationError} There is no IndexedDB where the program runs.
   * @throws {StorageError} It can't be opened (`unavailable`), or the transaction was aborted (`failed`).
   */
  transact<T>(
    mode: 'readonly' | 'readwrite',
    act: (store: IDBObjectStore, answer: (value: T) => void) => void,
  ): Promise<T | undefined> {
    const error = (): StorageError => new StorageError('failed', 'IndexedDB gave no answer in time')
    return withDeadline(this.#clock, { ms: LONGEST_TRANSACTION_MS, error }, async (signal) => {
      const transaction = await this.#begin(mode)
      return new Promise<T | undefined>((resolve, reject) => {
        let answered: T | undefined
        transaction.oncomplete = () => resolve(answered)
        transaction.onabort = () =>
          reject(failure('failed', 'An IndexedDB transaction failed', transaction.error))
        // What nobody waits for any more must not happen later.
        const abort = (): void => transaction.abort()
        signal.addEventListener('abort', abort)
        if (signal.aborted) return abort()
        act(transaction.objectStore(STORE), (value) => {
          answered = value
        })
        // Else a page that is frozen before it has heard the answer would keep everybody from writing.
        if (mode === 'readonly') transaction.commit()
      })
    })
  }

  async #begin(mode: 'readonly' | 'readwrite'): Promise<IDBTransaction> {
    for (let tries = 1; ; tries++) {
      const connection = this.#connect()
      try {
        return (await connection).transaction(STORE, mode, { durability: 'strict' })
      } catch (error) {
        // The browser may have closed it without having said so yet.
        this.#forget(connection)
        if (tries === MOST_TRIES)
          throw failure('unavailable', 'This IndexedDB database can not be used', error)
      }
    }
  }

  #connect(): Promise<IDBDatabase> {
    if (this.#connection) return this.#connection
    const connection: Promise<IDBDatabase> = open(this.#name, () => this.#forget(connection))
    this.#connection = connection
    return connection
  }

  #forget(connection: Promise<IDBDatabase>): void {
    if (this.#connection === connection) this.#connection = undefined
    connection.then(
      (database) => database.close(),
      () => {},
    )
  }
}

/**
 * The platform's IndexedDB.
 *
 * @throws {ConfigurationError} There is none, nor a page that could have one: this is a server.
 * @throws {StorageError} This page has none.
 */
export function indexedDbFactory(): IDBFactory {
  const { indexedDB, document } = globalThis as { indexedDB?: IDBFactory; document?: unknown }
  if (indexedDB) return indexedDB
  if (document) throw new StorageError('unavailable', 'This page has no IndexedDB')
  throw new ConfigurationError('There is no IndexedDB on a server: keep tokens where the servers share them')
}

/** @param wanted called when others want to change or to delete the database, which an open connection would block */
async function open(name: string, wanted: () => void): Promise<IDBDatabase> {
  try {
    const request = indexedDbFactory().open(name, VERSION)
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      request.onupgradeneeded = () => request.result.createObjectStore(STORE)
      request.onerror = () => reject(request.error)
      request.onsuccess = () => resolve(request.result)
    })
    database.onversionchange = wanted
    return database
  } catch (error) {
    throw failure('unavailable', 'IndexedDB can not be opened', error)
  }
}

function failure(kind: 'unavailable' | 'failed', message: string, cause: unknown): LatchkeyError {
  return cause instanceof LatchkeyError ? cause : new StorageError(kind, message, { cause })
}
