import { InMemoryWebStorage, User, UserManager, WebStorageStateStore } from 'oidc-client-ts'
import type { Connect } from '../rival.ts'
import { StubApi } from '../stub-api.ts'

/** The user is asked for before every request, and signed in silently where the token has run out. */
export const connect: Connect = async (api, { accessToken, refreshToken, expiresAt, idToken }) => {
  const issuer = `${StubApi.ORIGIN}/`
  // It has no option for a fetch.
  globalThis.fetch = api.fetch
  const manager = new UserManager({
    authority: StubApi.ORIGIN,
    client_id: 'app',
    redirect_uri: `${StubApi.ORIGIN}/callback`,
    metadata: { issuer, token_endpoint: StubApi.TOKEN, authorization_endpoint: StubApi.ORIGIN },
    userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
    stateStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
    automaticSilentRenew: false,
  })
  const { sub } = JSON.parse(atob(idToken.split('.')[1] ?? '')) as { sub: string }
  await manager.storeUser(
    new User({
      access_token: accessToken,
      refresh_token: refreshToken,
      id_token: idToken,
      token_type: 'Bearer',
      scope: 'openid offline_access',
      expires_at: Math.floor(expiresAt / 1000),
      profile: { sub, iss: issuer, aud: 'app', exp: 0, iat: 0 },
    }),
  )
  return async () => {
    const stored = await manager.getUser()
    const user = stored?.expired ? await manager.signinSilent() : stored
    const headers = { authorization: `Bearer ${user?.access_token}` }
    const response = await api.fetch(StubApi.SESSION, { headers })
    if (!response.ok) throw new Error(`${response.status}`)
    return response.json()
  }
}
