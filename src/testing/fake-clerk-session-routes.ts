import type { ClerkClientRecord } from './fake-clerk-client.ts'
import type { ClerkCall, ClerkEndpoints, ClerkResult } from './fake-clerk-endpoint.ts'
import type { FakeClerkSettings } from './fake-clerk-options.ts'
import { type FakeClerkOrganization, organizationByName } from './fake-clerk-organization.ts'
import { ClerkRefusal } from './fake-clerk-refusal.ts'
import type { ClerkResources } from './fake-clerk-resources.ts'
import type { ClerkSession } from './fake-clerk-session.ts'
import type { ClerkSessionTokens, ClerkTokenRequest } from './fake-clerk-token.ts'
import type { Route } from './route.ts'

const INTENTS = ['focus', 'select_session', 'select_org']

/** Makes the routes of a client, of its sessions, and of their tokens. */
export function clerkSessionRoutes(
  endpoints: ClerkEndpoints,
  resources: ClerkResources,
  tokens: ClerkSessionTokens,
  organizations: readonly FakeClerkOrganization[],
  settings: Readonly<FakeClerkSettings>,
  basePath: string,
): readonly Route[] {
  const shown = (session: ClerkSession, at: number): { readonly response: object } => ({
    response: resources.session(session, at),
  })
  const issue = (session: ClerkSession, call: ClerkCall, wanted: ClerkTokenRequest): ClerkResult => {
    const expired = call.request.url.searchParams.get('expired_token') ?? ''
    if (settings.wantsExpiredToken && tokens.find(expired)?.session !== session)
      throw new ClerkRefusal(422, 'missing_expired_token')
    return { body: { jwt: tokens.issue(session, call.at, wanted) } }
  }

  const getClient = endpoints.forAnybody((client, { at }) =>
    client ? { response: resources.client(client, at) } : { body: { response: null, client: null } },
  )
  const removeSessions = endpoints.forClient({}, ({ client, at }) => {
    for (const session of client.sessions) close(client, session, 'removed', at)
    return { response: resources.client(client, at), client: null }
  })
  const getSession = endpoints.forSession({}, (session, { at }) => shown(session, at))
  const touchSession = endpoints.forUsableSession(
    { active_organization_id: {}, intent: { oneOf: INTENTS } },
    (session, { client, form, at }) => {
      const { active_organization_id: wanted, intent } = form
      if (wanted !== undefined)
        session.organizationId = wanted === '' ? null : organizationByName(organizations, wanted).id
      session.lastActiveAt = at
      session.updatedAt = at
      client.lastActiveSessionId = session.id
      client.updatedAt = at
      return { ...shown(session, at), ...(intent === 'focus' && { client: null }) }
    },
  )
  const endSession = endpoints.forSession({}, (session, { client, at }) => {
    close(client, session, 'ended', at)
    return shown(session, at)
  })
  const removeSession = endpoints.forSession({}, (session, { client, at }) => {
    close(client, session, 'removed', at)
    return shown(session, at)
  })
  const createSessionToken = endpoints.forUsableSession({ organization_id: {} }, (session, call) => {
    const { organization_id: organizationId } = call.form
    return issue(session, call, organizationId === undefined ? {} : { organizationId })
  })
  const createSessionTokenWithTemplate = endpoints.forUsableSession({}, (session, call) => {
    const { template = '' } = call.request.params
    return issue(session, call, { template })
  })

  const all = `${basePath}/v1/client/sessions`
  const one = `${all}/:id`
  return [
    { operation: 'getClient', method: 'GET', path: `${basePath}/v1/client`, handle: getClient },
    { operation: 'removeSessions', method: 'DELETE', path: all, handle: removeSessions },
    { operation: 'getSession', method: 'GET', path: one, handle: getSession },
    { operation: 'touchSession', method: 'POST', path: `${one}/touch`, handle: touchSession },
    { operation: 'endSession', method: 'POST', path: `${one}/end`, handle: endSession },
    { operation: 'removeSession', method: 'POST', path: `${one}/remove`, handle: removeSession },
    { operation: 'createSessionToken', method: 'POST', path: `${one}/tokens`, handle: createSessionToken },
    {
      operation: 'createSessionTokenWithTemplate',
      method: 'POST',
      path: `${one}/tokens/:template`,
      handle: createSessionTokenWithTemplate,
    },
  ]
}

function close(
  client: ClerkClientRecord,
  session: ClerkSession,
  status: 'ended' | 'removed',
  at: number,
): void {
  session.status = status
  session.updatedAt = at
  client.updatedAt = at
  if (client.lastActiveSessionId === session.id) client.lastActiveSessionId = null
}
