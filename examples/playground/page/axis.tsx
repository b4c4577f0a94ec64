import type { ReactNode } from 'react'
import { TITLE_HEIGHT } from './lanes.ts'

/** How far ticks are apart: the first that leaves room for their text, in milliseconds. */
const STEPS_MS = [10_000, 20_000, 30_000]
const TEXT_ROOM = 48
const TEXT_BELOW = 17

interface AxisProps {
  /** The x of what happens now, in pixels. */
  readonly now: number
  /** How much of the past there is, in milliseconds. */
  readonly past: number
  /** Where the lanes end. */
  readonly height: number
}

/** How long ago things happened. */
export function Axis({ now, past, height }: AxisProps): ReactNode {
  const step = STEPS_MS.find((ms) => (ms * now) / past >= TEXT_ROOM) ?? past
  const ticks = Array.from({ length: past / step }, (_, place) => place * step)
  return ticks.map((ago) => {
    const x = now - (ago * now) / past
    return (
      <g key={ago} className="tick">
        <line x1={x} x2={x} y1={TITLE_HEIGHT / 2} y2={height} />
        <text x={x} y={height + TEXT_BELOW} textAnchor={ago === 0 ? 'end' : 'middle'}>
          {ago === 0 ? 'now' : `−${ago / 1000} s`}
        </text>
      </g>
    )
  })
}
