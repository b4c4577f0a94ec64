import type { Clock } from '../support/clock.ts'
import type { SessionRecord } from './record.ts'
import type { ServerClock } from './server-clock.ts'

const SHORTEST_MS = 100
const FIRST_MS = 1000
const LONGEST_MS = 60_000
/** A server may ask for more patience than we would have, up to here. */
const LONGEST_ASKED_MS = 300_000
/** No client writes a cool-down longer than an hour: one that seems longer by a minute was written by a clock that is off. */
const LONGEST_BELIEVED_MS = 3_660_000

/**
 * How long to leave the server alone after a refresh that failed, in milliseconds: a
 * back-off with full jitter, or what it asks for if that is more.
 *
 * @param failures how many refreshes have failed in a row
 */
export function coolDownAfter(failures: number, askedMs: number | undefined, clock: Clock): number {
  const backOff = clock.random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1))
  return Math.max(SHORTEST_MS, backOff, Math.min(askedMs ?? 0, LONGEST_ASKED_MS))
}

/** How long the session's cool-down still lasts, in milliseconds; 0: it doesn't. */
export function coolDownLeft({ notBefore }: SessionRecord, clock: ServerClock): number {
  if (notBefore === null) return 0
  const left = notBefore - clock.now()
  return left > 0 && left <= LONGEST_BELIEVED_MS ? left : 0
}
