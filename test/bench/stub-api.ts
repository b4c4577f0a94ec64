import { setImmediate as turn } from 'node:timers/promises'

/** Tokens as the stub issues them. */
export interface IssuedTokens {
  readonly accessToken: string
  readonly refreshToken: string
  /** Epoch milliseconds. */
  readonly expiresAt: number
  /** What an OpenID provider adds; nobody checks its signature. */
  readonly idToken: string
}

const LIFE_MS = 3_600_000
const PROFILE = {
  user_id: 815,
  preferred_team_id: 42,
  user_uuid: '9f1c51b5-5d0a-4b5c-8f57-6d2f0f3b8a11',
  personal_account_option: false,
  consent_required: false,
  profile_details_pending: false,
  password_update_pending: false,
}
const USER = {
  id: PROFILE.user_uuid,
  aud: 'app',
  app_metadata: {},
  user_metadata: {},
  created_at: '2026-01-01',
}
const JSON_HEADERS = { 'content-type': 'application/json' }

/**
 * A server in memory, with the session that each of the programs wants: SaferMe's, or OAuth's at any path that ends in
 * `/token`. It knows one access token, and takes each refresh token once. Like the platform's own `fetch`, it builds
 * a request of what it is given.
 */
export class StubApi {
  static readonly ORIGIN: string = 'https://api.test'
  /** An operation of SaferMe's. Whoever has no token gets a 401. */
  static readonly SESSION: string = `${StubApi.ORIGIN}/api/v4/session`
  static readonly TOKEN: string = `${StubApi.ORIGIN}/token`
  /** How many refreshes were asked for. */
  refreshes = 0
  tokens: IssuedTokens
  #issued = 0

  constructor() {
    this.tokens = this.#issue()
  }

  /** The tokens that everybody holds have run out; whoever looks at their time can see it. */
  expire(): IssuedTokens {
    const old = this.tokens
    this.#refuseAccess()
    return { ...old, expiresAt: Date.now() - 1000 }
  }

  /** The access token is no good from now on, whatever its time says. */
  #refuseAccess(): void {
    this.tokens = { ...this.tokens, accessToken: 'nobody has it' }
  }

  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init)
    const isOAuth = /\/token(\?|$)/.test(request.url)
    if (isOAuth || request.method === 'PATCH') return this.#refresh(await request.text(), isOAuth)
    const carried = request.headers.get('authorization') ?? ''
    if (!carried.endsWith(this.tokens.accessToken)) return answer({ error: 'unauthorized' }, 401)
    return answer(this.#session())
  }

  async #refresh(said: string, isOAuth: boolean): Promise<Response> {
    this.refreshes++
    await turn()
    if (!said.includes(this.tokens.refreshToken))
      return answer({ error: 'invalid_grant' }, isOAuth ? 400 : 401)
    this.tokens = this.#issue()
    const { accessToken, refreshToken, expiresAt, idToken } = this.tokens
    const tokens = { access_token: accessToken, refresh_token: refreshToken }
    if (!isOAuth) return answer({ session: { ...this.#session().session, ...tokens } })
    return answer({
      ...tokens,
      token_type: 'bearer',
      scope: 'openid offline_access',
      expires_in: LIFE_MS / 1000,
      expires_at: Math.floor(expiresAt / 1000),
      id_token: idToken,
      user: USER,
    })
  }

  #session() {
    return {
      session: {
        token_expire_at: new Date(this.tokens.expiresAt).toISOString(),
        app_bundle_id: 'com.thundermaps.saferme',
        branded_app_id: 7,
        client_uuid: null,
        profile: PROFILE,
      },
    }
  }

  #issue(): IssuedTokens {
    const count = ++this.#issued
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: `${StubApi.ORIGIN}/`,
      sub: USER.id,
      aud: 'app',
      iat: now,
      exp: now + LIFE_MS / 1000,
    }
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    return {
      accessToken: `access-${count}-`.padEnd(43, 'x'),
      refreshToken: `refresh-${count}-`.padEnd(43, 'x'),
      expiresAt: Date.now() + LIFE_MS,
      idToken: `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.c2lnbmF0dXJl`,
    }
  }
}

function answer(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: JSON_HEADERS })
}
