import type { Row } from './row.ts'

const HEADINGS = ['', 'median', 'least', 'most', 'ratio', 'limit']

/** Rows as text: medians, how far the samples lie apart, and how many times the row that each is compared with. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const { name, unit, samples, against, limit } = row
    const mid = median(samples)
    const other = rows.find((one) => one.name === against)
    return [
      name,
      `${written(mid)} ${unit}`,
      written(Math.min(...samples)),
      written(Math.max(...samples)),
      other ? `${(mid / median(other.samples)).toFixed(2)} × ${other.name}` : '',
      limit === undefined ? '' : `${written(limit)} ${mid > limit ? '✗' : '✓'}`,
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

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [low = Number.NaN, high = low] = sorted.length % 2 ? [sorted[middle]] : sorted.slice(middle - 1)
  return (low + high) / 2
}

function aligned(cell: string, width: number, column: number): string {
  const isNumber = column >= 1 && column <= 3
  return isNumber ? cell.padStart(width) : cell.padEnd(width)
}

function written(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)
}
