import type { Api } from './apis/api.ts'
import type { TimelineStore } from './timeline-store.ts'

/** Puts down on the timeline what an API's client tells of. */
export function recordAll({ name, on, session }: Api, timeline: TimelineStore): void {
  on('response', ({ operation, status, durationMs }) => {
    const took = `${operation}: ${status ?? 'no answer'}, after ${Math.round(durationMs)} ms`
    timeline.record(name, status !== undefined && status < 400 ? 'request' : 'failure', took)
  })
  on('retry', ({ operation, status, delayMs }) => {
    const why = status === undefined ? 'no answer came' : `it was answered ${status}`
    timeline.record(name, 'retry', `${operation} again in ${seconds(delayMs)}, since ${why}`)
  })
  session.on('created', () => timeline.record(name, 'start', 'Signed in'))
  session.on('restored', () => timeline.record(name, 'start', 'Found signed in'))
  session.on('refreshed', () => timeline.record(name, 'refresh', 'Refreshed by this tab'))
  session.on('adopted', () => timeline.record(name, 'adoption', 'Took over what another tab got'))
  session.on('refreshFailed', ({ error, coolDownMs }) =>
    timeline.record(name, 'retry', `Refresh put off for ${seconds(coolDownMs)}: ${error.code}`),
  )
  session.on('storageFailed', ({ error }) => timeline.record(name, 'fault', `Storage: ${error.failure}`))
  session.on('ended', ({ reason }) => timeline.record(name, 'end', `Ended: ${reason}`))
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`
}
