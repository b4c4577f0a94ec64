import type { ReactNode } from 'react'
import type { Api } from './apis/api.ts'
import { Chart } from './chart.tsx'
import { type Happening, KIND_TITLES, KINDS } from './happening.ts'
import { Lanes } from './lanes.ts'
import { MarkIcon } from './mark.tsx'
import { TabName } from './tab-name.tsx'
import { useNow } from './use-now.ts'

const PAST_MS = 60_000
/** How often it is looked for what is too old to be drawn, in milliseconds. */
const TIDY_MS = 5000

interface TimelineProps {
  readonly happenings: readonly Happening[]
  readonly ownTab: number
  readonly apis: readonly Api[]
}

/** The last minute: a lane for each tab, with a row for each API. */
export function Timeline({ happenings, ownTab, apis }: TimelineProps): ReactNode {
  const now = useNow(TIDY_MS)
  // Of what happens at the same moment, the later of the legend lies on top.
  const recent = happenings
    .filter(({ at }) => at > now - PAST_MS - TIDY_MS)
    .sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind))
  const lanes = new Lanes(
    [ownTab, ...recent.map(({ tab }) => tab)],
    apis.map(({ name }) => name),
  )
  return (
    <section className="card timeline" aria-labelledby="timeline-title">
      <h2 id="timeline-title">Timeline</h2>
      <div className="lanes">
        <div aria-hidden="true">
          {lanes.tabs.map((tab) => (
            <div key={tab}>
              <div className="lane-title">
                <TabName tab={tab} />
                {tab === ownTab && <span className="this-one">this one</span>}
              </div>
              {apis.map(({ name, title }) => (
                <div key={name} className="row-title">
                  {title}
                </div>
              ))}
            </div>
          ))}
        </div>
        <Chart lanes={lanes} happenings={recent} past={PAST_MS} />
      </div>
      <ul className="legend">
        {KINDS.map((kind) => (
          <li key={kind}>
            <MarkIcon kind={kind} />
            {KIND_TITLES[kind]}
          </li>
        ))}
      </ul>
    </section>
  )
}
