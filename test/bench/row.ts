/** `×` is a ratio, a bare number a count. */
export type Unit = 'B' | 'µs' | 'ms' | '%' | '/s' | '×' | ''

/** One line of a table. */
export interface Row {
  readonly name: string
  readonly unit: Unit
  readonly samples: readonly number[]
  /** The name of the row of its group that it is compared with. Default: none. */
  readonly against?: string
  /** What the median should not be over. Default: anything goes. */
  readonly limit?: number
  /** How many times the row that it is compared with it should not be over. Default: anything goes. */
  readonly within?: number
  /** The names of rows of its group that the median should be below. Default: none. */
  readonly below?: readonly string[]
  /** The row is in the chart, under this name. */
  readonly bar?: string
}

/** Rows that are measured together, in a process of their own. A file of this folder exports one as `group`. */
export interface Group {
  readonly title: string
  /** What is measured, in a sentence or two for the guide. */
  readonly about?: string
  /** The title of its part of the chart. Default: it has none. */
  readonly chart?: string
  /** Measures. It answers why nothing can be measured on this machine, if that is so. */
  readonly measure: (options: readonly string[]) => Promise<readonly Row[] | string>
}

/** What a group's process reports. */
export interface Result extends Omit<Group, 'measure'> {
  /** Why nothing was measured, in place of the rows. */
  readonly rows: readonly Row[] | string
}
