import { type ReactNode, useRef } from 'react'
import { Axis } from './axis.tsx'
import type { Happening } from './happening.ts'
import type { Lanes } from './lanes.ts'
import { Mark } from './mark.tsx'
import { useFlow } from './use-flow.ts'
import { useWidth } from './use-width.ts'

const AXIS_HEIGHT = 24
/** What happens now is drawn so far from the right edge, in pixels. */
const MARGIN = 12

interface ChartProps {
  readonly lanes: Lanes
  readonly happenings: readonly Happening[]
  /** How much of the past is drawn, in milliseconds. */
  readonly past: number
}

/** Draws what happened, as it flows by. */
export function Chart({ lanes, happenings, past }: ChartProps): ReactNode {
  const area = useRef<HTMLDivElement>(null)
  const flow = useRef<SVGGElement>(null)
  const width = useWidth(area)
  const now = Math.max(0, width - MARGIN)
  const scale = now / past
  const origin = useFlow(flow, scale, now)
  return (
    <div ref={area} className="chart">
      <svg
        width={width}
        height={lanes.height + AXIS_HEIGHT}
        role="img"
        aria-label="What happened in the last minute. The log below says the same in words."
      >
        <Axis now={now} past={past} height={lanes.height} />
        {lanes.lines.map((y) => (
          <line key={y} className="row-line" x1={0} x2={width} y1={y} y2={y} />
        ))}
        <g ref={flow}>
          {happenings.map((happening) => (
            <g
              key={happening.id}
              className="happening"
              data-kind={happening.kind}
              transform={`translate(${(happening.at - origin) * scale} ${lanes.yOf(happening)})`}
            >
              <title>{happening.text}</title>
              <Mark kind={happening.kind} />
            </g>
          ))}
        </g>
      </svg>
    </div>
  )
}
