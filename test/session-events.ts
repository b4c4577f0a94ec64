import type { SessionEvents } from 'latchkey'

type SessionEvent = keyof SessionEvents

const ALL: Readonly<Record<SessionEvent, true>> = {
  created: true,
  restored: true,
  refreshed: true,
  adopted: true,
  refreshFailed: true,
  ended: true,
  storageFailed: true,
  drift: true,
}

/** The types of all events that a session tells. One that is missing, or is none, doesn't compile. */
export const SESSION_EVENTS = Object.keys(ALL) as readonly SessionEvent[]
