import type { ClerkClientRecord } from './fake-clerk-client.ts'
import type { FakeClerkSettings } from './fake-clerk-options.ts'
import { type ClerkSession, factorVerificationAge, isUsable, statusAt } from './fake-clerk-session.ts'
import type { ClerkSessionTokens } from './fake-clerk-token.ts'
import { publicUserData, userResource } from './fake-clerk-user-resource.ts'

/** Shows what a fake Clerk server keeps as Clerk does. */
export interface ClerkResources {
  session(session: ClerkSession, at: number): object
  /** A session without its user, its organization, and when it was created. */
  shortSession(session: ClerkSession, at: number): object
  client(client: ClerkClientRecord, at: number): object
}

/** Makes what shows a fake Clerk server's sessions and clients. */
export function clerkResources(
  settings: Readonly<FakeClerkSettings>,
  tokens: ClerkSessionTokens,
): ClerkResources {
  const resources: ClerkResources = {
    shortSession: (session, at) => {
      const brings = settings.lastActiveTokens && isUsable(session, at)
      return {
        object: 'session',
        id: session.id,
        status: statusAt(session, at),
        expire_at: session.expireAt,
        abandon_at: session.abandonAt,
        last_active_at: session.lastActiveAt,
        last_active_token: brings ? { object: 'token', jwt: tokens.issue(session, at) } : null,
        actor: session.actor,
        tasks: session.tasks.length > 0 ? session.tasks.map((key) => ({ key })) : null,
      }
    },
    session: (session, at) => ({
      ...resources.shortSession(session, at),
      last_active_organization_id: session.organizationId,
      user: userResource(session),
      public_user_data: publicUserData(session.user),
      factor_verification_age: factorVerificationAge(session, at),
      created_at: session.createdAt,
      updated_at: session.updatedAt,
    }),
    client: (client, at) => ({
      object: 'client',
      id: client.id,
      sessions: client.sessions
        .filter(({ status }) => status !== 'removed')
        .map((session) => resources.session(session, at)),
      sign_in: null,
      sign_up: null,
      last_active_session_id: client.lastActiveSessionId,
      last_authentication_strategy: client.sessions.length > 0 ? 'password' : null,
      cookie_expires_at: null,
      captcha_bypass: false,
      created_at: client.createdAt,
      updated_at: client.updatedAt,
    }),
  }
  return resources
}
