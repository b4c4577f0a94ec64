import type { Result, Row } from './row.ts'
import { median, written } from './table.ts'

const WIDTH = 820
const MARGIN = 24
const NAMES_WIDTH = 210
const VALUE_WIDTH = 80
const LINE = 24
const HEADING = 40

const STYLE = `svg { font: 13px/1.3 system-ui, sans-serif; color: #1b1f24; background: #fff }
    text { fill: currentColor }
    .title { font-weight: 600; font-size: 14px }
    .bar { fill: #8a94a0 }
    .own { fill: #1a7f4b }
    @media (prefers-color-scheme: dark) {
      svg { color: #e6e8eb; background: #15181c }
      .bar { fill: #6b7580 }
      .own { fill: #4fbf85 }
    }`

/** Draws the rows that have a bar: the shorter, the better. */
export function chartOf(results: readonly Result[]): string {
  let y = MARGIN
  const panels: string[] = []
  for (const { chart, rows } of results) {
    if (chart === undefined || typeof rows === 'string') continue
    const bars = rows.filter(({ bar }) => bar !== undefined)
    panels.push(panelOf(chart, bars, y))
    y += HEADING + bars.length * LINE + MARGIN
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-labelledby="title">
  <title id="title">Latchkey beside what people use today: the shorter the bar, the better</title>
  <style>
    ${STYLE}
  </style>
${panels.join('')}</svg>
`
}

function panelOf(title: string, rows: readonly Row[], top: number): string {
  const longest = Math.max(...rows.map(({ samples }) => median(samples)), 1)
  const room = WIDTH - 2 * MARGIN - NAMES_WIDTH - VALUE_WIDTH
  const bars = rows.map(({ bar = '', samples }, index) => {
    const value = median(samples)
    const y = top + HEADING + index * LINE
    const x = MARGIN + NAMES_WIDTH
    const length = Math.max(1, (value / longest) * room).toFixed(1)
    const own = bar.startsWith('Latchkey') ? ' own' : ''
    return `  <text x="${x - 10}" y="${y + 12}" text-anchor="end">${bar}</text>
  <rect class="bar${own}" x="${x}" y="${y}" width="${length}" height="16" rx="2" />
  <text x="${x + Number(length) + 8}" y="${y + 12}">${written(value)}</text>
`
  })
  return `  <text class="title" x="${MARGIN}" y="${top + 16}">${title}</text>\n${bars.join('')}`
}
