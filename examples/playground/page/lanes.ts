import type { Happening, Kind } from './happening.ts'

/** Above the rows of a tab, for its name; in pixels, as all of these, and as in the style sheet. */
export const TITLE_HEIGHT = 28
const ROW_HEIGHT = 26
/** Requests lie on a row's line, and what becomes of the session above it: the two often happen at once. */
const LINE = 18
const ABOVE = 8
const ON_LINE: readonly Kind[] = ['request', 'failure']

/** Where things are: a lane for each tab, with a row for each API. */
export class Lanes {
  readonly tabs: readonly number[]
  readonly #apis: readonly string[]

  constructor(tabs: Iterable<number>, apis: readonly string[]) {
    this.tabs = [...new Set(tabs)].sort((a, b) => a - b)
    this.#apis = apis
  }

  get height(): number {
    return this.tabs.length * this.#laneHeight
  }

  /** The lines of all rows, from the top. */
  get lines(): readonly number[] {
    return this.tabs.flatMap((tab) => this.#apis.map((api) => this.#top(tab, api) + LINE))
  }

  yOf({ tab, api, kind }: Happening): number {
    return this.#top(tab, api) + (ON_LINE.includes(kind) ? LINE : ABOVE)
  }

  get #laneHeight(): number {
    return TITLE_HEIGHT + this.#apis.length * ROW_HEIGHT
  }

  #top(tab: number, api: string): number {
    return this.tabs.indexOf(tab) * this.#laneHeight + TITLE_HEIGHT + this.#apis.indexOf(api) * ROW_HEIGHT
  }
}
