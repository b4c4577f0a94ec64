import type { ReactNode } from 'react'
import type { Api } from './apis/api.ts'
import type { Happening, Kind } from './happening.ts'

/** What is said aloud: single requests would only be noise. */
const SAID: readonly Kind[] = ['refresh', 'adoption', 'retry', 'end']

interface AnnouncerProps {
  readonly happenings: readonly Happening[]
  readonly ownTab: number
  readonly apis: readonly Api[]
}

/** Tells those who don't see the timeline what happened in this tab. */
export function Announcer({ happenings, ownTab, apis }: AnnouncerProps): ReactNode {
  const last = happenings.findLast(({ tab, kind }) => tab === ownTab && SAID.includes(kind))
  return (
    <p className="unseen" role="status">
      {last && `${apis.find(({ name }) => name === last.api)?.title}: ${last.text}`}
    </p>
  )
}
