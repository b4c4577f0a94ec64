import { StorageError } from '../errors/storage-error.ts'
import type { Clock } from '../support/clock.ts'
import { sleep } from '../support/timer.ts'
import { requestLock, webLocks } from './web-lock.ts'

/** What another page wrote shows within milliseconds; on a machine that has no time for it, later. */
const LONGEST_LAG_MS = 5000
/** What was written and does not show for so long, nor anything older, has been removed, in milliseconds. */
const REMOVED_AFTER_MS = 1000
/** Whoever waits looks as fast as it can at first, which is a question to the browser each time, and then at leisure. */
const EAGER_LOOKS = 50
const LOOK_EVERY_MS = 20

/**
 * Keeps pages from acting on what another page has already overwritten: a page may get a lock sooner than it sees
 * what the last holder wrote to localStorage.
 *
 * Writes to a key are counted. After each, the writer holds a shared lock that names the count until its own next
 * write, or until it is closed or left. Whoever is about to act waits until it sees at least the highest count.
 */
export class WriteBarrier {
  readonly #prefix: string
  readonly #clock: Clock
  /** This page's own last writes, by key. */
  readonly #raised = new Map<string, { readonly count: number; readonly fall: () => void }>()
  /** Counts that were waited for in vain, by key: what they wrote has been removed since. */
  readonly #removed = new Map<string, number>()

  constructor(prefix: string, clock: Clock) {
    this.#prefix = prefix
    this.#clock = clock
  }

  /**
   * Waits until all that was written shows, and answers the highest count there is: the next write has to exceed it.
   *
   * @param shown the count of the write that shows now; `null`: nothing does
   * @throws {StorageError} It doesn't show in time.
   */
  async pass(key: string, shown: () => number | null): Promise<number> {
    const start = this.#clock.monotonic()
    for (let looks = 1; ; looks++) {
      const written = await this.#written(key)
      const count = shown()
      const lag = this.#clock.monotonic() - start
      if ((count ?? 0) >= written || this.#raised.get(key)?.count === written)
        return Math.max(written, count ?? 0)
      if (count === null && (lag >= REMOVED_AFTER_MS || this.#removed.get(key) === written)) {
        this.#removed.set(key, written)
        return written
      }
      if (lag >= LONGEST_LAG_MS) {
        throw new StorageError('failed', 'What another page wrote to localStorage does not show here yet')
      }
      if (looks > EAGER_LOOKS) await sleep(this.#clock, LOOK_EVERY_MS)
    }
  }

  /** Tells of this page's write. Resolves when everybody who asks is told. */
  async raise(key: string, count: number): Promise<void> {
    let fall = (): void => {}
    const fallen = new Promise<void>((done) => {
      fall = () => {
        removeEventListener('pagehide', fall)
        done()
      }
    })
    await new Promise<void>((raised) => {
      const hold = (): Promise<void> => {
        raised()
        return fallen
      }
      requestLock(`${this.#prefix}${count}:${key}`, { mode: 'shared' }, hold).catch(raised as () => void)
    })
    this.#raised.get(key)?.fall()
    this.#raised.set(key, { count, fall })
    // A page that holds a lock is not kept for the back button.
    addEventListener('pagehide', fall)
  }

  async #written(key: string): Promise<number> {
    const { held = [] } = await webLocks().query()
    return held.reduce((most, { name = '' }) => {
      const [count = '', ...rest] = name.startsWith(this.#prefix)
        ? name.slice(this.#prefix.length).split(':')
        : []
      return rest.join(':') === key ? Math.max(most, Number(count)) : most
    }, 0)
  }
}
