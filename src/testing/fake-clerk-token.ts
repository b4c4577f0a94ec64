import type { FakeClerkOptions, FakeClerkSettings } from './fake-clerk-options.ts'
import { type FakeClerkOrganization, organizationById } from './fake-clerk-organization.ts'
import { notFound } from './fake-clerk-refusal.ts'
import type { ClerkSession } from './fake-clerk-session.ts'
import { unixSeconds, unsignedJwt, wholeSecondExpiry } from './jwt.ts'

const TOKEN_LIFE_MS = 60_000
/** Session tokens allow for a verifier whose clock is slow. */
const CLOCK_SKEW_S = 10
const ISSUER = 'https://fake.clerk.accounts.dev'

/** A session token that was issued. */
export interface ClerkSessionToken {
  readonly session: ClerkSession
  readonly expiresAt: number
}

/** What a session token is asked for. */
export interface ClerkTokenRequest {
  /** Absent: the session's active one; empty: the personal account. */
  readonly organizationId?: string
  /** Absent: none. */
  readonly template?: string
}

/** The session tokens of a fake Clerk server. */
export interface ClerkSessionTokens {
  /**
   * Makes a session token.
   *
   * @throws {ClerkRefusal} 404: there is no such organization or template.
   */
  issue(session: ClerkSession, at: number, request?: ClerkTokenRequest): string
  /** Answers what was issued as `jwt`, even if it has run out. */
  find(jwt: string): ClerkSessionToken | undefined
}

/** Makes what issues the session tokens of a fake Clerk server. */
export function clerkSessionTokens(
  settings: Readonly<FakeClerkSettings>,
  mint: (prefix: string) => string,
  organizations: readonly FakeClerkOrganization[],
  { tokenLifeMs = TOKEN_LIFE_MS, templates = {} }: FakeClerkOptions,
): ClerkSessionTokens {
  const issued = new Map<string, ClerkSessionToken>()
  return {
    issue: (session, at, { organizationId, template: name } = {}) => {
      const template = name === undefined ? {} : Object.hasOwn(templates, name) && templates[name]
      if (!template) throw notFound()
      const active = organizationId ?? session.organizationId
      const organization = active && organizationById(organizations, active)
      const expiresAt = wholeSecondExpiry(at, template.tokenLifeMs ?? tokenLifeMs)
      const iat = unixSeconds(at)
      const claims = {
        ...template.claims,
        sid: session.id,
        sub: session.user.id,
        iss: ISSUER,
        iat,
        exp: unixSeconds(expiresAt),
        nbf: iat - CLOCK_SKEW_S,
        ...(organization && { org_id: organization.id, org_slug: organization.slug }),
      }
      const jwt = unsignedJwt(claims, mint(''), settings.oiat ? { oiat: iat } : {})
      issued.set(jwt, { session, expiresAt })
      return jwt
    },
    find: (jwt) => issued.get(jwt),
  }
}
