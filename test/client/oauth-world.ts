import { type Fetch, SessionClient, type SessionClientOptions, type SessionProtocol } from 'latchkey'
import { type FakeClock, fakeClock } from 'latchkey/testing'
import { type Account, type Login, oauth } from './oauth-protocol.ts'

export const LIFE_MS = 60_000

export interface World {
  readonly clock: FakeClock
  readonly fetch: Fetch
  /** The requests, as `POST /token a=b` or `GET /me Bearer access-1`. */
  readonly seen: string[]
  readonly refreshes: () => number
  /** What happens to the next answer of `/token`. */
  next: (answer: Response) => Promise<Response>
}

export function world({ rotates = true, life = LIFE_MS } = {}): World {
  const clock = fakeClock()
  const seen: string[] = []
  const live = new Map<string, number>()
  let made = 0
  let refreshed = 0
  let refreshToken = 'refresh-0'
  const grant = (first: boolean): Response => {
    const access_token = `access-${++made}`
    live.clear()
    live.set(access_token, clock.now() + life)
    if (first || rotates) refreshToken = `refresh-${made}`
    const tokens = first || rotates ? { access_token, refresh_token: refreshToken } : { access_token }
    return Response.json({ ...tokens, token_type: 'bearer', expires_in: life / 1000, scope: 'all' })
  }
  const answer = (method: string, path: string, form: URLSearchParams, bearer: string): Response => {
    if (`${method} ${path}` === 'POST /token') {
      if (form.get('grant_type') === 'password') {
        return form.get('password') === 'pw'
          ? grant(true)
          : Response.json({ error: 'access_denied' }, { status: 400 })
      }
      if (form.get('refresh_token') !== refreshToken) {
        return Response.json({ error: 'invalid_grant' }, { status: 400 })
      }
      refreshed++
      return grant(false)
    }
    const good = (live.get(bearer) ?? 0) > clock.now()
    return good ? Response.json({ name: 'Ada' }) : Response.json({ error: 'invalid_token' }, { status: 401 })
  }
  const made_: World = {
    clock,
    seen,
    refreshes: () => refreshed,
    next: async (answered) => answered,
    fetch: async (input, init) => {
      const request = new Request(input, init)
      const body = await request.text()
      const { pathname } = new URL(request.url)
      const authorization = request.headers.get('authorization')
      seen.push([request.method, pathname, body, authorization].filter(Boolean).join(' '))
      const answered = answer(
        request.method,
        pathname,
        new URLSearchParams(body),
        authorization?.slice(7) ?? '',
      )
      if (pathname !== '/token') return answered
      const { next } = made_
      made_.next = async (unchanged) => unchanged
      return next(answered)
    },
  }
  return made_
}

export type Client = SessionClient<Login, Account>
type Options = Partial<SessionClientOptions<Login>>

export function clientOf(
  { clock, fetch }: World,
  own: Partial<SessionProtocol<Login, Account>> = {},
  options: Options = {},
): Client {
  return new SessionClient({ ...oauth, ...own }, { baseUrl: 'https://api.example', clock, fetch, ...options })
}

export async function signedIn(
  own?: Partial<SessionProtocol<Login, Account>>,
  server: World = world(),
  options?: Options,
) {
  const client = clientOf(server, own, options)
  await client.createSession({ username: 'ada', password: 'pw' })
  const ended: string[] = []
  client.session.on('ended', ({ reason }) => ended.push(reason))
  return { ...server, server, client, ended }
}

export const dropped = async (): Promise<never> => {
  throw new TypeError('fetch failed')
}
