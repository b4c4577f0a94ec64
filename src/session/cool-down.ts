import type { Clock } from '../support/clock.ts'
import type { SessionContext } from './context.ts'
import type { SessionRecord } from './record.ts'

const SHORTEST_MS = 100
const FIRST_MS = 1000
const LONGEST_MS = 60_000
/** A server may ask for more patience than we would have, up to here. */
export const LONGEST_ASKED_MS = 300_000
/** A cool-down that seems longer by so much than any that is written comes from a clock that is off, in milliseconds. */
const CLOCKS_PARTED_MS = 60_000

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
export function coolDownLeft(
  { notBefore }: SessionRecord,
  { serverClock, longestCoolDownMs }: Pick<SessionContext, 'serverClock' | 'longestCoolDownMs'>,
): number {
  if (notBefore === null) return 0
  const left = notBefore - serverClock.now()
  return left > 0 && left <= longestCoolDownMs + CLOCKS_PARTED_MS ? left : 0
}
