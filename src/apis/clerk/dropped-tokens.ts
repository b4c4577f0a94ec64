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
  /** The marks that are known, as they are to be stored; `null`: none. */
  #text: string | null = null
  /** What the storage was last seen to hold. */
  #raw: string | null = null
  #reading: Promise<Marks> | undefined
  /** The marks that were made here. */
  readonly #own = new Set<string>()

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
    this.#own.add(mark)
    for (let race = 0; race < MOST_RACES_LOST; race++) {
      const before = await this.current()
      const few = session !== undefined && Object.keys(before).length < MOST_MARKS
      const marks = few ? { ...before, [name]: mark } : { [ALL]: mark }
      const written = await this.#replace(this.#raw, JSON.stringify(marks))
      if (written === false) continue
      this.#known = marks
      this.#text = JSON.stringify(marks)
      return markOf(before, name) === markOf(since, name) ? marks : since
    }
    return since
  }

  /** Calls `dropped` whenever somebody else has dropped a session's tokens. Answers the function that stops it. */
  watch(session: string, dropped: () => void): () => void {
    let known = this.#known
    const look = async (): Promise<void> => {
      const before = known
      known = await this.current()
      const isNews = (mark: string | undefined): boolean => mark !== undefined && !this.#own.has(mark)
      if ([ALL, session].some((name) => known[name] !== before[name] && isNews(known[name]))) dropped()
    }
    try {
      return this.#storage.watch?.(this.#key, look) ?? (() => {})
    } catch {
      // What can't be watched is looked at before each use all the same.
      return () => {}
    }
  }

  /** Answers `undefined` if the storage fails: then the marks count here alone, until they can be written. */
  async #replace(raw: string | null, next: string): Promise<boolean | undefined> {
    try {
      return await this.#storage.replace(this.#key, raw, next)
    } catch {
      return undefined
    }
  }

  async #read(): Promise<void> {
    const raw = await this.#storage.read(this.#key)
    if (raw === this.#text) {
      this.#raw = raw
    } else if (this.#text !== null && (raw === null || raw === this.#raw)) {
      // The storage has lost them, or never got them.
      await this.#replace(raw, this.#text)
    } else {
      this.#raw = raw
      this.#text = raw
      this.#known = { ...(JSON.parse(raw ?? '{}') as Marks) }
    }
  }
}
