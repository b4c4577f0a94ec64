import { Auth0Client, InMemoryCache } from '@auth0/auth0-spa-js'
import type { Connect } from '../rival.ts'
import { StubApi } from '../stub-api.ts'

/** A token is asked for before every request. It is for browsers: what it takes of one is put in its place. */
export const connect: Connect = async (api, { accessToken, refreshToken, expiresAt, idToken }) => {
  Object.assign(globalThis, {
    window: globalThis,
    document: { cookie: '' },
    location: { protocol: 'https:', search: '', origin: StubApi.ORIGIN },
    fetch: api.fetch,
  })
  const cache = new InMemoryCache().enclosedCache
  const scope = 'openid offline_access'
  const [, claims = ''] = idToken.split('.')
  const now = Math.floor(Date.now() / 1000)
  const entry = {
    body: {
      access_token: accessToken,
      refresh_token: refreshToken,
      expires_in: Math.floor(expiresAt / 1000) - now,
      scope,
      audience: 'default',
      client_id: 'app',
      oauthTokenScope: scope,
    },
    expiresAt: Math.floor(expiresAt / 1000),
  }
  cache.set(`@@auth0spajs@@::app::default::${scope}`, entry)
  cache.set('@@auth0spajs@@::app::@@user@@', {
    id_token: idToken,
    decodedToken: { user: JSON.parse(atob(claims)), claims: JSON.parse(atob(claims)) },
  })
  const client = new Auth0Client({
    domain: StubApi.ORIGIN.replace('https://', ''),
    clientId: 'app',
    cache,
    useRefreshTokens: true,
    authorizationParams: { scope },
  })
  return async () => {
    const headers = { authorization: `Bearer ${await client.getTokenSilently()}` }
    const response = await api.fetch(StubApi.SESSION, { headers })
    if (!response.ok) throw new Error(`${response.status}`)
    return response.json()
  }
}
