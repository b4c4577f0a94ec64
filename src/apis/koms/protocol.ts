import type { SessionProtocol } from '../../client/protocol.ts'
import type { Verdict } from '../../session/protocol.ts'
import { createSession, deleteSession, refreshSession } from './endpoints.ts'
import { KomsApiError, reasonOf } from './errors.ts'
import type { KomsCredentials, KomsReason, KomsSession } from './types.ts'

/** What KOMS's reasons mean for a session. What isn't here may pass. */
const VERDICTS: Readonly<Partial<Record<KomsReason, Verdict>>> = {
  session_gone: 'revoked',
  refresh_token_expired: 'expired',
  stale_access_token: 'stale',
  missing_field: 'fault',
  unknown_user: 'fault',
  weak_password: 'fault',
  invalid_email: 'fault',
  unsupported_account_type: 'fault',
}

/**
 * KOMS: an access token renewed under one refresh token, not before it has run out; of several refreshes with one
 * access token the first alone counts.
 */
export function komsProtocol(clientId: string): SessionProtocol<KomsCredentials, KomsSession> {
  return {
    name: 'koms',
    application: clientId,
    refreshWindowMs: 0,
    early: 'never',
    repeatable: false,
    authorize: ({ headers, body }, tokens) => {
      headers.set('x-koms-clientid', clientId)
      if (!describesItself(body) && !headers.has('content-type'))
        headers.set('content-type', 'application/json')
      if (tokens) headers.set('authorization', `Bearer ${tokens.accessToken}`)
    },
    create: (send, credentials) => send(createSession, credentials),
    refresh: (send, tokens) => send(refreshSession, tokens, tokens),
    revoke: async (send, tokens) => void (await send(deleteSession, tokens, tokens)),
    judge: (failure, during) => {
      const reason = reasonOf(failure)
      // The gateway turns away an access token that has run out: signing out needs a live one.
      if (reason === 'unauthorized') return during === 'revoke' ? 'expired' : 'fault'
      return VERDICTS[reason] ?? (during === 'create' && failure.status === 500 ? 'fault' : 'transient')
    },
    toError: (failure) => new KomsApiError(failure),
  }
}

/** A body of which the platform says what it is: a multipart form, for one, can't be told without its boundary. */
function describesItself(body: unknown): boolean {
  return (
    body instanceof FormData || body instanceof URLSearchParams || (body instanceof Blob && body.type !== '')
  )
}
