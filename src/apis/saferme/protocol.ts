import type { SessionProtocol } from '../../client/protocol.ts'
import { createSession, deleteSession, refreshSession } from './endpoints.ts'
import { SaferMeApiError } from './errors.ts'
import type { SaferMeCredentials, SaferMeSession } from './types.ts'

/** What every app's sessions have in common. */
const PROTOCOL: SessionProtocol<SaferMeCredentials, SaferMeSession> = {
  name: 'saferme',
  refreshWindowMs: 60_000,
  early: 'wait',
  repeatable: false,
  authorize: ({ headers }, tokens) => {
    if (tokens) headers.set('authorization', `Token token=${tokens.accessToken}`)
  },
  refresh: (send, tokens) => send(refreshSession, tokens),
  revoke: (send, tokens) => send(deleteSession, undefined, tokens),
  toError: (failure) => new SaferMeApiError(failure),
}

/**
 * SaferMe v4: an access and a refresh token that both rotate at every refresh, without a grace period.
 *
 * @see SaferMe API v4, "Sessions"
 */
export function saferMeProtocol(appBundleId: string): SessionProtocol<SaferMeCredentials, SaferMeSession> {
  return {
    ...PROTOCOL,
    application: appBundleId,
    create: (send, credentials) => send(createSession(appBundleId), credentials),
  }
}
