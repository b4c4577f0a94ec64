import type { Answer } from '../../http/answer.ts'
import type { Endpoint } from '../../http/endpoint.ts'
import type { Grant, TokenSet } from '../../session/protocol.ts'
import { readJwtTimes } from '../../support/jwt.ts'
import { credentials, messageAnswer, sessionAnswer, tokenAnswer, userAnswer } from './schemas.ts'
import type { KomsCredentials, KomsMessage, KomsSession, KomsUser } from './types.ts'

/** The only account type there is. `POST /user` wants it too, though its reference does not say so. */
const account_type = 'traditional'

/** Signs in. */
export const createSession: Endpoint<KomsCredentials, Grant<KomsSession>> = {
  operation: 'createSession',
  method: 'POST',
  path: '/session',
  input: credentials,
  write: ({ email, password }) => ({ json: { account_type, email, password } }),
  read: readGrant,
}

/** Renews the access token that has run out. Before that, it answers with the same one. */
export const refreshSession: Endpoint<TokenSet, Grant<KomsSession>> = {
  operation: 'refreshSession',
  method: 'PUT',
  path: '/session',
  write: ({ refreshToken }) => ({ json: { refresh_token: refreshToken } }),
  read: readGrant,
}

/** Tells how much time is left. */
export const getSession: Endpoint<void, KomsSession> = {
  operation: 'getSession',
  method: 'GET',
  path: '/session',
  read: (answer) => answer.parse(sessionAnswer),
}

/** Ends the session. The server wants the refresh token in a body; without one it fails, and the session lives on. */
export const deleteSession: Endpoint<TokenSet, KomsMessage> = {
  operation: 'deleteSession',
  method: 'DELETE',
  path: '/session',
  write: ({ refreshToken }) => ({ json: { refresh_token: refreshToken } }),
  read: (answer) => answer.parse(messageAnswer),
}

/** Signs up. */
export const createUser: Endpoint<KomsCredentials, KomsMessage> = {
  operation: 'createUser',
  method: 'POST',
  path: '/user',
  input: credentials,
  write: ({ email, password }) => ({ json: { account_type, email, password } }),
  read: (answer) => answer.parse(messageAnswer),
}

/** Fetches the signed-in user. */
export const getUser: Endpoint<void, KomsUser> = {
  operation: 'getUser',
  method: 'GET',
  path: '/user',
  read: (answer) => answer.parse(userAnswer),
}

function readGrant(answer: Answer): Grant<KomsSession> {
  const { access_token, refresh_token, access_token_expires_in: left } = answer.require(tokenAnswer)
  return {
    tokens: {
      ...readJwtTimes(access_token),
      accessToken: access_token,
      refreshToken: refresh_token,
      ...(typeof left === 'number' && { expiresInMs: left * 1000 }),
    },
    resource: () => {
      const { access_token, refresh_token, ...session } = answer.parse(sessionAnswer) as KomsSession & {
        access_token?: unknown
        refresh_token?: unknown
      }
      return session
    },
  }
}
