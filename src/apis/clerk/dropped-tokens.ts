import type { TokenStorage } from '../../storage/token-storage.ts'
import type { Clock } from '../../support/clock.ts'
import { withDeadline } from '../../support/deadline.ts'

/** What was last dropped: a mark for each session, and one for all of them. */
export type Marks = Readonly<Record<string, string>>

/** The mark that is every session's. No session has such an id. */
const ALL = '*'
/** Marks of sessions that are long gone make room by a mark for all. */
const MOST_MARKS = 40
/** A storage that does not answer is not waited for any longer, in milliseconds: the marks are a matter of seconds. */
const READ_MS = 2000
/** Whoever loses so many races is up against a broken storage. */
const MOST_RACES_LOST = 20

/** The mark that tokens of a session must have been asked for under. */
export function markOf(marks: Marks, session: string): string {
  return (marks[ALL] ?? '') + (marks[session] ?? '')
}

/**
 * Tells all who share a storage whose tokens were dropped. A token carries the mark that it was asked for under; once
 * there is another one, it is of no use to anybody, whoever has it.
 */
export class DroppedTokens {
  readonly #storage: TokenStorage
  readonly #key: string
  readonly #clock: Clock
  #known: Marks = {}
  #raw: string | null = null
  #reading: Promise<Marks> | undefined

  constructor(storage: TokenStorage, key: string, clock: Clock) {
    this.#storage = storage
    this.#key = key
    this.#clock = clock
  }

  /** The marks as they were last seen. */
  get known(): Marks {
    return this.#known
  }

  /** The marks that count now, or those last seen if the storage fails. Whoever asks at the same time joins. */
  current(): Promise<Marks> {
    this.#reading ??= withDeadline(this.#clock, { ms: READ_MS, error: () => new Error() }, () => this.#read())
      .catch(() => {})
      .then(() => {
        this.#reading = undefined
        return this.#known
      })
    return this.#reading
  }

  /**
   * Marks a session's tokens as dropped, or all.
   *
   * @param since the marks that the caller began under
   * @returns the new marks; `since` itself, if somebody else has dropped them, too, since then
   */
  async drop(session: string | undefined, since: Marks): Promise<Marks> {
    const name = session ?? ALL
    const mark = this.#clock.random().toString(36).slice(2, 10)
    for (let race = 0; race < MOST_RACES_LOST; race++) {
      const before = await this.current()
      const few = session !== undefined && Object.keys(before).length < MOST_MARKS
      const marks = few ? { ...before, [name]: mark } : { [ALL]: mark }
      const next = JSON.stringify(marks)
      const written = await this.#replace(next)
      if (written === false) continue
      this.#known = marks
      if (written) this.#raw = next
      return markOf(before, name) === markOf(since, name) ? marks : since
    }
    return since
  }

  /** Answers `undefined` if the storage fails: then the marks count here alone. */
  async #replace(next: string): Promise<boolean | undefined> {
    try {
      return await this.#storage.replace(this.#key, this.#raw, next)
    } catch {
      return undefined
    }
  }

  /** What the storage has lost still counts here. */
  async #read(): Promise<void> {
    const raw = await this.#storage.read(this.#key)
    if (raw === this.#raw) return
    this.#raw = raw
    const marks: unknown = JSON.parse(raw ?? 'null')
    if (typeof marks === 'object' && marks !== null) this.#known = marks as Marks
  }
}
