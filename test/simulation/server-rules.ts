import { unsignedJwt } from '../../src/testing/jwt.ts'
import { EPOCH } from './machine.ts'
import {
  type ModelServer,
  newestOf,
  type Reply,
  type ServerLives,
  type ServerRules,
  type Tokens,
} from './model-server.ts'

type Json = Readonly<Record<string, string>>

const json = (value: unknown): Json => Object(value) as Json
const bearer = (headers: Headers): string | undefined =>
  /^Bearer (\S+)$/.exec(headers.get('authorization') ?? '')?.[1]
const seconds = (epochMs: number): number => Math.floor(epochMs / 1000)
const refused = (status: number, body: unknown): Reply => ({ status, body })

const profile = {
  user_id: 1,
  user_uuid: 'u',
  personal_account_option: false,
  consent_required: false,
  profile_details_pending: false,
  password_update_pending: false,
}

/** SaferMe: both tokens rotate, and the old ones are dead at once. */
export function saferMeRules(lives: ServerLives): ServerRules {
  const unauthorized = refused(401, { errors: ['not authenticated'] })
  const carried: ServerRules['carried'] = ({ headers }) =>
    /^Token token=(\S+)$/.exec(headers.get('authorization') ?? '')?.[1]
  const told = (reply: Reply): Reply => {
    const { accessToken, refreshToken, expiresAt } = reply.tokens as Tokens
    const session = {
      access_token: accessToken,
      refresh_token: refreshToken,
      token_expire_at: new Date(EPOCH + expiresAt).toISOString(),
      app_bundle_id: 'app',
      branded_app_id: 1,
      profile,
    }
    return { ...reply, body: { session } }
  }
  return {
    lives,
    newestOnly: true,
    wholeSeconds: false,
    accessToken: (_family, mark) => `access-${mark}`,
    carried,
    unauthorized,
    answer: (request, server) => {
      if (request.path !== '/api/v4/session') return undefined
      const session = json(json(request.body).session)
      switch (request.method) {
        case 'POST':
          return told(server.begin(String(session.email)))
        case 'PATCH': {
          const tokens = server.find(session.access_token)
          if (!tokens || tokens.refreshToken !== session.refresh_token || !isRefreshable(tokens, server)) {
            return unauthorized
          }
          return told(server.issue(tokens.family))
        }
        case 'DELETE': {
          const tokens = server.find(carried(request))
          if (!tokens || !server.accepts(tokens)) return unauthorized
          server.end(tokens.family, 'user')
          return { status: 200, body: {} }
        }
        default:
          return undefined
      }
    },
  }
}

function isRefreshable({ family, accessToken }: Tokens, server: ModelServer): boolean {
  return !family.over && server.now < family.refreshableUntil && newestOf(family).accessToken === accessToken
}

/** KOMS: one refresh token, and an access token that is renewed once it has run out, not before. */
export function komsRules(lives: ServerLives): ServerRules {
  const unauthorized = refused(401, { message: 'Unauthorized' })
  const gone = refused(401, { message: 'session no longer exists' })
  const told = (reply: Reply, server: ModelServer): Reply => {
    const { accessToken, refreshToken, expiresAt } = reply.tokens as Tokens
    const left = Math.floor((expiresAt - server.now) / 1000)
    const body = { access_token: accessToken, refresh_token: refreshToken, access_token_expires_in: left }
    return { ...reply, body }
  }
  return {
    lives,
    newestOnly: true,
    wholeSeconds: true,
    accessToken: ({ user }, mark, issuedAt, expiresAt) =>
      unsignedJwt({ sub: user, iat: seconds(issuedAt), exp: seconds(expiresAt) }, mark),
    carried: ({ headers }) => bearer(headers),
    unauthorized,
    answer: ({ method, path, headers, body }, server) => {
      if (path !== '/session') return undefined
      const { email, refresh_token } = json(body)
      const tokens = server.find(bearer(headers))
      switch (method) {
        case 'POST':
          return told(server.begin(String(email)), server)
        case 'PUT': {
          const family = server.families.find(({ issued }) => issued[0]?.refreshToken === refresh_token)
          if (!family || family.over) return gone
          if (server.now >= family.refreshableUntil)
            return refused(401, { message: 'refresh_token is expired' })
          const newest = newestOf(family)
          if (tokens !== newest)
            return refused(401, { message: 'can only refresh most recently expired access token' })
          if (server.now < newest.expiresAt)
            return told({ status: 200, body: undefined, tokens: newest }, server)
          return told(server.issue(family, newest), server)
        }
        case 'DELETE':
          if (!tokens || !server.accepts(tokens)) return unauthorized
          if (tokens.refreshToken !== refresh_token) return gone
          server.end(tokens.family, 'user')
          return { status: 200, body: { message: 'session deleted' } }
        default:
          return undefined
      }
    },
  }
}

/** Zelf: renewing is creating again, and every token lives its own life. */
export function zelfRules(lives: ServerLives): ServerRules {
  return {
    lives,
    newestOnly: false,
    wholeSeconds: true,
    accessToken: ({ user }, mark, issuedAt, expiresAt) =>
      unsignedJwt({ identifier: user, iat: seconds(issuedAt), exp: seconds(expiresAt) }, mark),
    carried: ({ headers }) => bearer(headers),
    unauthorized: refused(401, { error: 'Unauthorized' }),
    answer: ({ method, path, body }, server) => {
      if (path !== '/api/sessions' || method !== 'POST') return undefined
      const { identifier } = json(body)
      const family = server.families.find(({ user }) => user === identifier)
      if (family?.over === 'server') return refused(400, { validationError: 'identifier was removed' })
      const reply = family ? server.issue(family) : server.begin(String(identifier))
      const { accessToken, issuedAt, expiresAt } = reply.tokens as Tokens
      const data = {
        token: accessToken,
        activatedAt: seconds(EPOCH + issuedAt),
        expiresAt: seconds(EPOCH + expiresAt),
      }
      return { ...reply, body: { data } }
    },
  }
}

/** Clerk: a session that lives on the server, and tokens of it that are minted whenever they are asked for. */
export function clerkRules(lives: ServerLives): ServerRules {
  const signedOut = refused(401, { errors: [{ code: 'signed_out', message: 'Signed out' }] })
  return {
    lives,
    newestOnly: false,
    wholeSeconds: true,
    accessToken: (family, mark, issuedAt, expiresAt) =>
      unsignedJwt({ sid: family.id, iat: seconds(issuedAt), exp: seconds(expiresAt) }, mark),
    carried: ({ headers }) => bearer(headers),
    unauthorized: refused(401, { errors: [{ code: 'resource_not_found', message: 'No' }] }),
    answer: ({ method, path }, server) => {
      const [, id] = /^\/v1\/client\/sessions\/([^/]+)\/(?:tokens|end)$/.exec(path) ?? []
      if (id === undefined || method !== 'POST') return undefined
      const family = server.families.find((one) => one.id === id)
      if (!family || family.over) return signedOut
      if (path.endsWith('/end')) {
        server.end(family, 'user')
        return { status: 200, body: {} }
      }
      const reply = server.issue(family)
      return { ...reply, body: { object: 'token', jwt: (reply.tokens as Tokens).accessToken } }
    },
  }
}
