import { type Clock, SaferMeClient } from 'latchkey'
import { type IssuedTokens, StubApi } from './stub-api.ts'

/** A client with tokens that the stub has issued. */
export async function signedIn(
  api: StubApi,
  tokens: IssuedTokens = api.tokens,
  clock?: Clock,
): Promise<SaferMeClient> {
  const client = new SaferMeClient({ baseUrl: StubApi.ORIGIN, fetch: api.fetch, ...(clock && { clock }) })
  const { accessToken, refreshToken, expiresAt } = tokens
  await client.session.adopt({ accessToken, refreshToken, expiresAt })
  return client
}
