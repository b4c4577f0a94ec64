import { type ReactNode, useState, useSyncExternalStore } from 'react'
import type { ApiName, FaultName } from '../control.ts'
import { Announcer } from './announcer.tsx'
import type { Api } from './apis/api.ts'
import type { ControlStore } from './control-store.ts'
import { FAULT_TITLES } from './faults.tsx'
import { Header } from './header.tsx'
import { Log } from './log.tsx'
import { Panel } from './panel.tsx'
import { Timeline } from './timeline.tsx'
import type { TimelineStore } from './timeline-store.ts'

interface AppProps {
  readonly apis: readonly Api[]
  readonly control: ControlStore
  readonly timeline: TimelineStore
}

/** The page: the timeline, a panel for each API, the log. */
export function App({ apis, control, timeline }: AppProps): ReactNode {
  const { servers, tokenLifeMs } = useSyncExternalStore(control.subscribe, control.snapshot)
  const happenings = useSyncExternalStore(timeline.subscribe, timeline.snapshot)
  const [keepCalling, setKeepCalling] = useState(false)
  const flip = (api: ApiName, fault: FaultName): void => {
    timeline.record(api, 'fault', FAULT_TITLES[fault])
    void control.order({ api, order: fault })
  }
  return (
    <>
      <Header tab={timeline.tab} keepCalling={keepCalling} onKeepCalling={setKeepCalling} />
      <main>
        <Timeline happenings={happenings} ownTab={timeline.tab} apis={apis} />
        <div className="panels">
          {apis.map((api) => (
            <Panel
              key={api.name}
              api={api}
              server={servers[api.name]}
              tokenLifeMs={tokenLifeMs}
              keepCalling={keepCalling}
              onFault={(fault) => flip(api.name, fault)}
            />
          ))}
        </div>
        <Log happenings={happenings} apis={apis} />
      </main>
      <Announcer happenings={happenings} ownTab={timeline.tab} apis={apis} />
    </>
  )
}
