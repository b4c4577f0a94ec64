import type { ApiName } from '../control.ts'

/** What the timeline draws, in the order of its legend. */
export const KINDS = ['start', 'request', 'failure', 'refresh', 'adoption', 'retry', 'end', 'fault'] as const
export type Kind = (typeof KINDS)[number]

/** The kinds in words. */
export const KIND_TITLES: Readonly<Record<Kind, string>> = {
  start: 'Signed in',
  request: 'Request',
  failure: 'Request failed',
  refresh: 'Refresh',
  adoption: 'Adoption',
  retry: 'Retry',
  end: 'End',
  fault: 'Fault put in',
}

/** Something that happened in one of the tabs. */
export interface Happening {
  readonly id: string
  /** In epoch milliseconds, by this machine's clock. */
  readonly at: number
  /** The number of the tab. */
  readonly tab: number
  readonly api: ApiName
  readonly kind: Kind
  readonly text: string
}
