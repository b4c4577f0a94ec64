/** One line of a table. */
export interface Row {
  readonly name: string
  readonly unit: 'B' | 'µs'
  readonly samples: readonly number[]
  /** The name of the row of its group that it is compared with. Default: none. */
  readonly against?: string
  /** What the median should not be over. Default: anything goes. */
  readonly limit?: number
}

/** Rows that are measured together, in a process of their own. A file of this folder exports one as `group`. */
export interface Group {
  readonly title: string
  /** Measures. It answers why nothing can be measured on this machine, if that is so. */
  readonly measure: () => Promise<readonly Row[] | string>
}
