import type { GrantedTokens, TokenSet } from '../../session/protocol.ts'
import { readJwt, readJwtTimes } from '../../support/jwt.ts'

/** Which token is meant: Clerk mints one for each session, template and organization. */
export interface ClerkTokenKey {
  readonly session: string
  /** The JWT template; absent: Clerk's own token. */
  readonly template?: string | undefined
  /** The organization; `null`: the personal account; absent: the session's own. */
  readonly organization?: string | null | undefined
}

/** What a token is stored with: when the one that it descends from was issued, which decides between two. */
export interface TokenOrigin {
  readonly oiat?: number
}

/** How long a token lives that doesn't say, in milliseconds. */
const DEFAULT_LIFE_MS = 60_000

/** The key of a token, as text. */
export function nameOf({ session, template, organization }: ClerkTokenKey): string {
  return JSON.stringify([session, template ?? null, ...(organization === undefined ? [] : [organization])])
}

/** A session token, as an engine takes one. */
export function grantOf(jwt: string): { readonly tokens: GrantedTokens<TokenOrigin>; resource(): void } {
  const { oiat } = readJwt(jwt).header
  const times = readJwtTimes(jwt)
  return {
    tokens: {
      ...times,
      ...(times.expiresAt === undefined && { expiresInMs: DEFAULT_LIFE_MS }),
      accessToken: jwt,
      extra: typeof oiat === 'number' ? { oiat } : {},
    },
    resource: () => {},
  }
}

/** Of two tokens of one key: by when their originals were issued, where that is told, then by when they were. */
export function isYounger(one: TokenSet<TokenOrigin>, other: TokenSet<TokenOrigin>): boolean {
  const origins = (one.extra?.oiat ?? 0) - (other.extra?.oiat ?? 0)
  return origins === 0 ? (one.issuedAt ?? 0) > (other.issuedAt ?? 0) : origins > 0
}
