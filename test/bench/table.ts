import type { Row } from './row.ts'

const HEADINGS = ['', 'median', 'least', 'most', 'ratio', 'limit']

/** Rows as text: medians, how far the samples lie apart, and how many times the row that each is compared with. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const { median, ratio, verdict } = readRow(row, rows)
    return [
      row.name,
      `${written(median)} ${row.unit}`.trimEnd(),
      written(Math.min(...row.samples)),
      written(Math.max(...row.samples)),
      ratio,
      verdict,
    ]
  })
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...lines.map((line) => line[column]?.length ?? 0)),
  )
  return [HEADINGS, ...lines]
    .map((line) => line.map((cell, column) => aligned(cell, widths[column] ?? 0, column)).join('  '))
    .map((line) => `  ${line.trimEnd()}\n`)
    .join('')
}

/** What a row comes to. */
export interface Reading {
  readonly median: number
  /** How many times the row that it is compared with, in words. */
  readonly ratio: string
  /** What it should not be over, and whether it is. */
  readonly verdict: string
}

/** Compares a row with what it is held against. */
export function readRow(row: Row, rows: readonly Row[]): Reading {
  const { samples, unit, against, limit, within, below = [] } = row
  const mid = median(samples)
  const other = rows.find(({ name }) => name === against)
  const medianOf = (rival: string): number => median(rows.find(({ name }) => name === rival)?.samples ?? [])
  const times = other ? mid / median(other.samples) : Number.NaN
  const verdict = (bound: string, broken: boolean): string => `${bound} ${broken ? '✗' : '✓'}`
  return {
    median: mid,
    ratio: other ? `${times.toFixed(2)} × ${other.name}` : '',
    verdict: [
      limit === undefined ? '' : verdict(`${written(limit)} ${unit}`.trimEnd(), mid > limit),
      within === undefined ? '' : verdict(`${within} ×`, !(times <= within)),
      ...below.map((rival) => verdict(`below ${rival}`, !(mid < medianOf(rival)))),
    ]
      .filter(Boolean)
      .join(', '),
  }
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [low = Number.NaN, high = low] = sorted.length % 2 ? [sorted[middle]] : sorted.slice(middle - 1)
  return (low + high) / 2
}

/** A number, no longer than it is exact. */
export function written(value: number): string {
  if (Number.isInteger(value) || value >= 100) return Math.round(value).toLocaleString('en')
  return value.toPrecision(3)
}

function aligned(cell: string, width: number, column: number): string {
  const isNumber = column >= 1 && column <= 3
  return isNumber ? cell.padStart(width) : cell.padEnd(width)
}
