import { AuthClient } from '@supabase/auth-js'
import type { Connect } from '../rival.ts'
import { StubApi } from '../stub-api.ts'

/** As `supabase-js` uses it: every request asks for the session first. */
export const connect: Connect = async (api, { accessToken, refreshToken, expiresAt }) => {
  const stored = new Map([
    [
      'session',
      JSON.stringify({
        access_token: accessToken,
        refresh_token: refreshToken,
        token_type: 'bearer',
        expires_in: 3600,
        expires_at: Math.floor(expiresAt / 1000),
        user: { id: 'ada' },
      }),
    ],
  ])
  const auth = new AuthClient({
    url: StubApi.ORIGIN,
    fetch: api.fetch,
    storageKey: 'session',
    storage: {
      getItem: (key) => stored.get(key) ?? null,
      setItem: (key, value) => void stored.set(key, value),
      removeItem: (key) => void stored.delete(key),
    },
    autoRefreshToken: false,
    skipAutoInitialize: true,
  })
  await auth.initialize()
  return async () => {
    const { data, error } = await auth.getSession()
    if (error) throw error
    const headers = { authorization: `Bearer ${data.session?.access_token}` }
    const response = await api.fetch(StubApi.SESSION, { headers })
    if (!response.ok) throw new Error(`${response.status}`)
    return response.json()
  }
}
