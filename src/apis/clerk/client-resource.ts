import type { EndReason } from '../../errors/session-ended-error.ts'
import type { ClerkSessionReverification } from './reverification-types.ts'
import type { ClerkClientResource, ClerkSession, ClerkSessionBase } from './types.ts'

/** What an answer's response can be. */
export type ClerkResponse = ClerkSession | ClerkSessionReverification | ClerkClientResource | null

/** Why a session is over, where its status says so. Whoever ended or removed it did so elsewhere. */
const END_REASONS: ReadonlyMap<string, EndReason> = new Map([
  ['revoked', 'revoked'],
  ['expired', 'expired'],
  ['abandoned', 'expired'],
  ['replaced', 'superseded'],
])

/** Tells why a session is no longer active, by what a client says of it. */
export function endReasonOf(client: ClerkClientResource | null, session: string | undefined): EndReason {
  const { status = '' } = client?.sessions.find(({ id }) => id === session) ?? {}
  return END_REASONS.get(status) ?? 'elsewhere'
}

/** The client without its sessions' tokens: those are the cache's, and what is known may be shown. */
export function withoutTokens(client: ClerkClientResource): ClerkClientResource {
  return { ...client, sessions: client.sessions.map(({ last_active_token, ...session }) => session) }
}

/**
 * The client as it is once an answer has told of one of its sessions alone; `undefined`: that is no news.
 */
export function withSession(
  client: ClerkClientResource | null | undefined,
  response: ClerkResponse,
): ClerkClientResource | undefined {
  if (!client || !response || !isSession(response)) return undefined
  const known = client.sessions.find(({ id }) => id === response.id)
  const isNews =
    known &&
    (response.updated_at > known.updated_at ||
      (response.updated_at === known.updated_at && response.status !== known.status))
  if (!isNews) return undefined
  return { ...client, sessions: client.sessions.map((session) => (session === known ? response : session)) }
}

/** The session that an answer is about, in whichever form. */
export function sessionOf(response: ClerkResponse): ClerkSessionBase | undefined {
  if (!response) return undefined
  if ('session' in response) return response.session
  return isSession(response) ? response : undefined
}

function isSession(response: NonNullable<ClerkResponse>): response is ClerkSession {
  return response.object === 'session' && !('session' in response)
}
