import type { Endpoint, Grant, SessionProtocol } from 'latchkey'
import * as z from 'zod/mini'

// A protocol as an application writes it for an API that Latchkey doesn't know.

export interface Login {
  readonly username: string
  readonly password: string
}
export interface Account {
  readonly scope: string
}

const login = z.object({ username: z.string().check(z.minLength(1)), password: z.string() })
const tokenAnswer = z.looseObject({
  access_token: z.string(),
  refresh_token: z.exactOptional(z.string()),
  expires_in: z.exactOptional(z.number()),
})
const account = z.looseObject({ scope: z.string() })

const token = (operation: string): Omit<Endpoint<never, Grant<Account>>, 'write'> => ({
  operation,
  method: 'POST',
  path: '/token',
  read: (answer) => {
    const { access_token: accessToken, refresh_token: refreshToken, expires_in } = answer.require(tokenAnswer)
    const life = expires_in === undefined ? {} : { expiresInMs: expires_in * 1000 }
    const tokens = { accessToken, ...(refreshToken !== undefined && { refreshToken }), ...life }
    return { tokens, resource: () => answer.parse(account) }
  },
})

export const signIn: Endpoint<Login, Grant<Account>> = {
  ...token('createSession'),
  input: login,
  write: (credentials) => ({ form: { grant_type: 'password', ...credentials } }),
}
const renew: Endpoint<string | undefined, Grant<Account>> = {
  ...token('refreshSession'),
  write: (refresh_token) => ({ form: { grant_type: 'refresh_token', refresh_token } }),
}

export const oauth: SessionProtocol<Login, Account> = {
  name: 'example',
  refreshWindowMs: 10_000,
  early: 'wait',
  repeatable: false,
  renewable: ({ refreshToken }) => refreshToken !== undefined,
  authorize: ({ headers }, tokens) => {
    if (tokens) headers.set('authorization', `Bearer ${tokens.accessToken}`)
  },
  create: (send, credentials) => send(signIn, credentials),
  refresh: (send, { refreshToken }) => send(renew, refreshToken),
  judge: ({ status, body }, during) => {
    if (status !== 400) return 'transient'
    return during === 'refresh' && Object(body).error === 'invalid_grant' ? 'revoked' : 'fault'
  },
}

export const me: Endpoint<void, { readonly name: string }> = {
  operation: 'getMe',
  method: 'GET',
  path: '/me',
  read: (answer) => answer.parse(z.looseObject({ name: z.string() })),
}
