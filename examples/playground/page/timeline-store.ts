import type { ApiName } from '../control.ts'
import type { Happening, Kind } from './happening.ts'

const MOST_HAPPENINGS = 300

/** What tabs tell each other: a newcomer asks for what has happened, and everybody says what did in their own. */
type Notice = 'asked' | readonly Happening[]

/** What happened in all tabs, in the order in which it did. A store for `useSyncExternalStore`. */
export class TimelineStore {
  readonly tab: number
  readonly #channel = new BroadcastChannel('playground timeline')
  readonly #subscribers = new Set<() => void>()
  readonly #listeners = new Set<(happening: Happening) => void>()
  #happenings: readonly Happening[] = []

  /** @param tab this tab's number */
  constructor(tab: number) {
    this.tab = tab
    this.#channel.addEventListener('message', ({ data }: MessageEvent<Notice>) => this.#hear(data))
    this.#tell('asked')
  }

  readonly snapshot = (): readonly Happening[] => this.#happenings

  readonly subscribe = (subscriber: () => void): (() => void) => {
    this.#subscribers.add(subscriber)
    return () => this.#subscribers.delete(subscriber)
  }

  /** Calls `listener` at what happens in other tabs from now on. */
  onElsewhere(listener: (happening: Happening) => void): void {
    this.#listeners.add(listener)
  }

  /** Puts down what happened in this tab. */
  record(api: ApiName, kind: Kind, text: string): void {
    const happening = { id: crypto.randomUUID(), at: Date.now(), tab: this.tab, api, kind, text }
    this.#add([happening])
    this.#tell([happening])
  }

  #tell(notice: Notice): void {
    this.#channel.postMessage(notice)
  }

  #hear(notice: Notice): void {
    if (notice === 'asked') {
      const own = this.#happenings.filter(({ tab }) => tab === this.tab)
      if (own.length) this.#tell(own)
      return
    }
    const known = new Set(this.#happenings.map(({ id }) => id))
    const news = notice.filter(({ id }) => !known.has(id))
    this.#add(news)
    if (news.length === 1)
      for (const happening of news) for (const listener of this.#listeners) listener(happening)
  }

  #add(news: readonly Happening[]): void {
    if (!news.length) return
    this.#happenings = [...this.#happenings, ...news].sort((a, b) => a.at - b.at).slice(-MOST_HAPPENINGS)
    for (const subscriber of this.#subscribers) subscriber()
  }
}
