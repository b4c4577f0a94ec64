import { createRoot } from 'react-dom/client'
import { clerk } from './apis/clerk.ts'
import { koms } from './apis/koms.ts'
import { saferMe } from './apis/saferme.ts'
import { zelf } from './apis/zelf.ts'
import { App } from './app.tsx'
import { ControlStore } from './control-store.ts'
import { recordAll } from './recorder.ts'
import { claimTab } from './tab.ts'
import { TimelineStore } from './timeline-store.ts'

const [tab, control] = await Promise.all([claimTab(), ControlStore.open()])
const { servers } = control.snapshot()
const timeline = new TimelineStore(tab)
const apis = [
  saferMe(servers.saferme.url),
  koms(servers.koms.url),
  zelf(servers.zelf.url),
  clerk(servers.clerk.url, () => control.order({ api: 'clerk', order: 'sign-in' })),
]

for (const api of apis) {
  recordAll(api, timeline)
  // The answer that was to be dropped may have been this one.
  api.on('response', ({ status }) => {
    if (status === undefined) void control.look()
  })
}

timeline.onElsewhere(({ kind }) => {
  if (kind === 'fault' || kind === 'failure') void control.look()
})

document.title = `Tab ${tab} – Latchkey playground`
const root = document.getElementById('root')
if (root) createRoot(root).render(<App apis={apis} control={control} timeline={timeline} />)
