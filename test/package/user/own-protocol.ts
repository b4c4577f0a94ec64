import { type Endpoint, type Grant, type Schema, SessionClient, type SessionProtocol } from 'latchkey'

interface Login {
  readonly username: string
}

interface Tokens {
  readonly access: string
  readonly refresh: string
}

declare const tokens: Schema<Tokens>

const token: Endpoint<Login | string, Grant<Login>> = {
  operation: 'token',
  method: 'POST',
  path: '/token/{kind}',
  write: (input) => ({ json: input }),
  read: (answer) => {
    const { access, refresh } = answer.require(tokens)
    return {
      tokens: { accessToken: access, refreshToken: refresh, expiresInMs: 60_000 },
      resource: () => ({ username: 'ada' }),
    }
  },
}

export const protocol: SessionProtocol<Login, Login> = {
  name: 'own',
  refreshWindowMs: 30_000,
  early: 'serve',
  repeatable: false,
  authorize: (request, carried) => {
    request.credentials = 'include'
    if (carried) request.headers.set('authorization', `Bearer ${carried.accessToken}`)
  },
  create: (send, login) => send(token, login),
  refresh: (send, { refreshToken = '' }) => send(token, refreshToken),
  judge: ({ status }) => (status === 401 ? 'revoked' : 'transient'),
}

export async function useOwnProtocol(): Promise<string> {
  const client = new SessionClient(protocol, { baseUrl: 'https://api.example.com' })
  const { username } = await client.createSession({ username: 'ada' })
  const { revoked } = await client.session.end()
  return revoked ? username : ''
}
