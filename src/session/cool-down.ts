import type { Clock } from '../support/clock.ts'
import type { SessionContext } from './context.ts'
import type { SessionRecord } from './record.ts'
import type { ServerClock } from './server-clock.ts'

const SHORTEST_MS = 100
const FIRST_MS = 1000
const LONGEST_MS = 60_000
/** A server may ask for more patience than we would have, up to here. */
export const LONGEST_ASKED_MS = 300_000
/** A cool-down that seems longer by so much than any that is written comes from a clock that is off, in milliseconds. */
const CLOCKS_PARTED_MS = 60_000

/** Where a back-off no longer grows, its jitter takes no more than this share of it. */
const SHARE_AT_LONGEST = 1 / 3

/**
 * How long to leave the server alone after a refresh that failed, in milliseconds: a back-off with jitter, or what it
 * asks for if that is more.
 *
 * The jitter is full, so that clients that failed together part. Once the back-off has reached its bound they have, and
 * full jitter would only bring each of them back twice as often, and twice as many in the second in which the server is
 * back.
 *
 * @param failures how many refreshes have failed in a row
 */
export function coolDownAfter(failures: number, askedMs: number | undefined, clock: Clock): number {
  const bound = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1))
  const jitter = bound < LONGEST_MS ? 1 : SHARE_AT_LONGEST
  const backOff = bound * (1 - jitter * (1 - clock.random()))
  return Math.max(SHORTEST_MS, backOff, Math.min(askedMs ?? 0, LONGEST_ASKED_MS))
}

/** The record, with a cool-down of so many milliseconds from now on. */
export function cooling<Cooled extends SessionRecord>(
  record: Cooled,
  ms: number,
  clock: ServerClock,
): Cooled {
  const now = clock.now()
  return { ...record, coolDown: { since: now, until: now + ms } }
}

/** How long the session's cool-down still lasts, in milliseconds; 0: it doesn't. */
export function coolDownLeft(
  { coolDown }: SessionRecord,
  { serverClock, longestCoolDownMs }: Pick<SessionContext, 'serverClock' | 'longestCoolDownMs'>,
): number {
  if (!coolDown) return 0
  const now = serverClock.now()
  const left = coolDown.until - now
  // A long one that has yet to begin was set by a clock that was ahead, and may have been short.
  const longest = coolDown.since - now > CLOCKS_PARTED_MS ? LONGEST_ASKED_MS : longestCoolDownMs
  return left > 0 && left <= longest + CLOCKS_PARTED_MS ? left : 0
}
