import type { Clock } from '../support/clock.ts'
import type { Emit } from '../support/emitter.ts'
import type { SessionEvents } from './events.ts'
import type { GrantedTokens, SessionBackend, TokenSet } from './protocol.ts'
import type { RecordStore } from './record-store.ts'
import { RESOLUTION_MS, type ServerClock } from './server-clock.ts'
import type { SessionState } from './session-state.ts'

/** What the parts of one session's engine share. */
export interface SessionContext<Credentials = unknown, Resource = unknown> {
  readonly backend: SessionBackend<Credentials, Resource>
  readonly clock: Clock
  readonly serverClock: ServerClock
  readonly store: RecordStore
  readonly state: SessionState
  readonly emit: Emit<SessionEvents>
  /** The longest cool-down that anybody writes who shares the session, in milliseconds. */
  readonly longestCoolDownMs: number
  /** This client's name in the marks that it sets: 8 characters. */
  readonly id: string
}

type Told = TokenSet & { readonly expiresInMs?: number }

/**
 * Makes granted tokens ready to be stored: their life in the server's time, and what a refresh may leave out
 * because it stays as it was.
 */
export function completeTokens(
  grant: GrantedTokens,
  { clock, serverClock }: Pick<SessionContext, 'clock' | 'serverClock'>,
  before?: TokenSet,
): TokenSet {
  // A field that holds nothing, or a number that JSON does not know, is as good as absent.
  const given = Object.entries(grant).filter(
    ([, value]) => value != null && (typeof value !== 'number' || Number.isFinite(value)),
  )
  const told = Object.fromEntries(given) as unknown as Told
  const { expiresInMs, ...granted } = told
  const isNew = granted.accessToken !== before?.accessToken
  const time = timeToldBy(told, isNew)
  if (time !== undefined && !serverClock.known) serverClock.observe(time, clock.now(), clock.now())
  const now = serverClock.now()
  return {
    ...(before?.refreshToken !== undefined && { refreshToken: before.refreshToken }),
    ...(before?.extra !== undefined && { extra: before.extra }),
    issuedAt: isNew ? now : (before.issuedAt ?? now),
    ...(expiresInMs !== undefined && { expiresAt: now + expiresInMs }),
    ...granted,
  }
}

/** What time it is for the server, as far as tokens that have just come tell; `undefined`: they don't. */
function timeToldBy({ issuedAt, expiresAt, expiresInMs }: Told, areNew: boolean): number | undefined {
  if (areNew && issuedAt !== undefined) return issuedAt
  if (expiresAt === undefined || expiresInMs === undefined) return undefined
  // Up to a second more than the whole ones may be left.
  return expiresAt - expiresInMs - RESOLUTION_MS
}
