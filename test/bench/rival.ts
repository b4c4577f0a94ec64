import type { IssuedTokens, StubApi } from './stub-api.ts'

/** One authenticated request: it resolves with what was read of the answer, or rejects. */
export type Call = () => Promise<unknown>

/** Signs in a program that people use, with tokens that the stub has issued. */
export type Connect = (api: StubApi, tokens: IssuedTokens) => Promise<Call>

/** Programs that are set up as their documentation says. Each is a file of `rivals` that exports `connect`. */
export const RIVALS = {
  'ky.ts': 'ky, its hook by hand',
  'axios.ts': 'axios, axios-auth-refresh',
  'supabase.ts': '@supabase/auth-js',
  'oidc.ts': 'oidc-client-ts',
  'auth0.ts': '@auth0/auth0-spa-js',
  'better-auth.ts': 'better-auth client',
} as const

export type RivalFile = keyof typeof RIVALS

/** A rival's `connect`. It is loaded by name: the repository's own type-check goes without the rivals. */
export async function load(file: RivalFile): Promise<Connect> {
  const { connect } = (await import(`./rivals/${file}`)) as { connect: Connect }
  return connect
}
