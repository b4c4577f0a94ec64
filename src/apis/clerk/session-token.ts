import type { Grant } from '../../session/protocol.ts'
import { readJwt, readJwtTimes } from '../../support/jwt.ts'
import type { TokenOrigin } from './protocol.ts'

/** Which token is meant: Clerk mints one for each session, template and organization. */
export interface ClerkTokenKey {
  readonly session: string
  /** The JWT template; absent: Clerk's own token. */
  readonly template?: string | undefined
  /** The organization; `null`: the personal account; absent: the session's own. */
  readonly organization?: string | null | undefined
}

/** How long a token lives that doesn't say, in milliseconds. */
const DEFAULT_LIFE_MS = 60_000

/** The key of a token, as text. */
export function nameOf({ session, template, organization }: ClerkTokenKey): string {
  const parts = [session, template ?? null, ...(organization === undefined ? [] : [organization])]
  // What is no text is refused when it is to be sent.
  return JSON.stringify(parts, (_, part: unknown) => (typeof part === 'object' ? part : String(part)))
}

/** A session token, as an engine takes one. */
export function grantOf(jwt: string, mark: string): Grant<void, TokenOrigin> {
  const { oiat } = readJwt(jwt).header
  const times = readJwtTimes(jwt)
  return {
    tokens: {
      ...times,
      ...(times.expiresAt === undefined && { expiresInMs: DEFAULT_LIFE_MS }),
      accessToken: jwt,
      extra: { mark, ...(typeof oiat === 'number' && { oiat }) },
    },
    resource: () => {},
  }
}
