import type { Clock } from '../support/clock.ts'
import type { Emit } from '../support/emitter.ts'
import type { SessionEvents } from './events.ts'
import type { GrantedTokens, SessionBackend, TokenSet } from './protocol.ts'
import type { RecordStore } from './record-store.ts'
import type { ServerClock } from './server-clock.ts'
import type { SessionState } from './session-state.ts'

/** What the parts of one session's engine share. */
export interface SessionContext<Credentials = unknown, Resource = unknown> {
  readonly backend: SessionBackend<Credentials, Resource>
  readonly clock: Clock
  readonly serverClock: ServerClock
  readonly store: RecordStore
  readonly state: SessionState
  readonly emit: Emit<SessionEvents>
  /** This client's name in the marks that it sets: 8 characters. */
  readonly id: string
}

/**
 * Makes granted tokens ready to be stored: their life in the server's time, and what a refresh may leave out
 * because it stays as it was.
 */
export function completeTokens(
  { expiresInMs, ...granted }: GrantedTokens,
  { clock, serverClock }: Pick<SessionContext, 'clock' | 'serverClock'>,
  before?: TokenSet,
): TokenSet {
  const isNew = granted.accessToken !== before?.accessToken
  if (granted.issuedAt !== undefined && isNew && !serverClock.known) {
    serverClock.observe(granted.issuedAt, clock.now(), clock.now())
  }
  const now = serverClock.now()
  return {
    ...(before?.refreshToken !== undefined && { refreshToken: before.refreshToken }),
    ...(before?.extra !== undefined && { extra: before.extra }),
    issuedAt: isNew ? now : (before.issuedAt ?? now),
    ...(expiresInMs !== undefined && { expiresAt: now + expiresInMs }),
    ...granted,
  }
}
