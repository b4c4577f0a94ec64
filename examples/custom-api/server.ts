import { type Clock, systemClock } from 'latchkey'
import { type FakeServer, fakeServer, type ServerAnswer } from 'latchkey/testing'

/** How long an access token lives, in seconds. */
export const LIFE_S = 300

/** An OAuth 2.0 server of one user, whose refresh tokens are good once. */
export function oauthServer(clock: Clock = systemClock): FakeServer & { revoke(): void } {
  let issued = 0
  let session: { access: string; refresh: string; until: number } | undefined

  const grant = (at: number): ServerAnswer => {
    issued++
    session = { access: `access-${issued}`, refresh: `refresh-${issued}`, until: at + LIFE_S * 1000 }
    const { access: access_token, refresh: refresh_token } = session
    return { status: 200, body: { access_token, refresh_token, expires_in: LIFE_S, token_type: 'Bearer' } }
  }

  const server = fakeServer({
    clock,
    routes: [
      {
        operation: 'token',
        method: 'POST',
        path: '/token',
        handle: ({ body, at }) => {
          const form = new URLSearchParams(body)
          const good =
            form.get('grant_type') === 'refresh_token'
              ? session !== undefined && form.get('refresh_token') === session.refresh
              : form.get('username') === 'ada' && form.get('password') === 'lovelace'
          return good ? grant(at) : { status: 400, body: { error: 'invalid_grant' } }
        },
      },
      {
        operation: 'api',
        method: '*',
        path: '/api/*',
        handle: ({ headers, at }) => {
          const good =
            session && headers.get('authorization') === `Bearer ${session.access}` && at < session.until
          return good
            ? { status: 200, body: { hello: 'ada' } }
            : { status: 401, body: { error: 'invalid_token' } }
        },
      },
    ],
  })
  return Object.assign(server, {
    revoke: () => {
      session = undefined
    },
  })
}
