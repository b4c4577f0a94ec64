import {
  type Endpoint,
  type Grant,
  SessionClient,
  type SessionClientOptions,
  type SessionProtocol,
} from 'latchkey'
import * as z from 'zod/mini'

export interface Login {
  readonly username: string
  readonly password: string
}

const tokens = z.looseObject({
  access_token: z.string(),
  refresh_token: z.optional(z.string()),
  expires_in: z.number(),
})

/** OAuth 2.0's token endpoint (RFC 6749, sections 4.3 and 6): a form goes in, tokens come out. */
const token: Endpoint<Record<string, string>, Grant<void>> = {
  operation: 'token',
  method: 'POST',
  path: '/token',
  write: (form) => ({ form }),
  read: (answer) => {
    const { access_token: accessToken, refresh_token: refreshToken, expires_in } = answer.require(tokens)
    return { tokens: { accessToken, refreshToken, expiresInMs: expires_in * 1000 }, resource: () => {} }
  },
}

export const oauth: SessionProtocol<Login, void> = {
  name: 'oauth',
  refreshWindowMs: 30_000,
  early: 'wait',
  repeatable: false,
  authorize: ({ headers }, tokens) => {
    if (tokens) headers.set('authorization', `Bearer ${tokens.accessToken}`)
  },
  create: (send, login) => send(token, { grant_type: 'password', ...login }),
  refresh: (send, { refreshToken = '' }) =>
    send(token, { grant_type: 'refresh_token', refresh_token: refreshToken }),
}

/** A client for an API that Latchkey doesn't know. */
export function oauthClient(options: SessionClientOptions<Login>): SessionClient<Login, void> {
  return new SessionClient(oauth, options)
}
