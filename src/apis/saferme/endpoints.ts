import type { Answer } from '../../http/answer.ts'
import type { Endpoint } from '../../http/endpoint.ts'
import type { Grant, TokenSet } from '../../session/protocol.ts'
import { credentials, deletedAnswer, envelope, readTime, sessionAnswer, tokenAnswer } from './schemas.ts'
import type { SaferMeCredentials, SaferMeSession } from './types.ts'

const path = '/api/v4/session'

/** Signs in. */
export function createSession(app_bundle_id: string): Endpoint<SaferMeCredentials, Grant<SaferMeSession>> {
  return {
    operation: 'createSession',
    method: 'POST',
    path,
    input: credentials,
    write: ({ email, password }) => ({ json: { session: { app_bundle_id, email, password } } }),
    read: readGrant,
  }
}

/** Fetches the current session. */
export const getSession: Endpoint<void, SaferMeSession> = {
  operation: 'getSession',
  method: 'GET',
  path,
  read: readSession,
}

/** Exchanges both tokens for new ones; the old ones are dead at once. */
export const refreshSession: Endpoint<TokenSet, Grant<SaferMeSession>> = {
  operation: 'refreshSession',
  method: 'PATCH',
  path,
  write: ({ accessToken, refreshToken }) => ({
    json: { session: { access_token: accessToken, refresh_token: refreshToken } },
  }),
  read: readGrant,
}

/** Invalidates both tokens. */
export const deleteSession: Endpoint<void, void> = {
  operation: 'deleteSession',
  method: 'DELETE',
  path,
  read: (answer) => void answer.parse(deletedAnswer),
}

function readGrant(answer: Answer): Grant<SaferMeSession> {
  const { access_token, refresh_token, token_expire_at } = answer.require(tokenAnswer).session
  return {
    tokens: {
      accessToken: access_token,
      refreshToken: refresh_token,
      expiresAt: readTime(token_expire_at),
    },
    resource: () => readSession(answer),
  }
}

function readSession(answer: Answer): SaferMeSession {
  answer.require(envelope)
  const { access_token, refresh_token, ...session } = answer.parse(sessionAnswer)
    .session as SaferMeSession & {
    access_token?: unknown
    refresh_token?: unknown
  }
  return session
}
