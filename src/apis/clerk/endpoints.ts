import type { Answer } from '../../http/answer.ts'
import type { Endpoint } from '../../http/endpoint.ts'
import type { Schema } from '../../support/schema.ts'
import {
  attemptFirstFactorInput,
  attemptSecondFactorInput,
  type ForSession,
  prepareFirstFactorInput,
  prepareSecondFactorInput,
  reverificationInput,
  sessionInput,
  type TemplateInput,
  type TokenRenewal,
  templateInput,
  tokenInput,
  touchInput,
} from './input-schemas.ts'
import type {
  ClerkAttemptFirstFactorInput,
  ClerkAttemptSecondFactorInput,
  ClerkPrepareFirstFactorInput,
  ClerkPrepareSecondFactorInput,
  ClerkReverificationInput,
  ClerkSessionReverification,
} from './reverification-types.ts'
import {
  clientAnswer,
  clientEnvelope,
  type DevBrowserAnswer,
  devBrowserAnswer,
  type Enveloped,
  envelope,
  reverificationAnswer,
  sessionAnswer,
  tokenAnswer,
} from './schemas.ts'
import type {
  ClerkClientResource,
  ClerkSession,
  ClerkToken,
  ClerkTokenInput,
  ClerkTouchInput,
} from './types.ts'

/** What an operation answers, and what its answer says about the client. */
export interface ClerkAnswer<T> {
  readonly response: T
  /** The client as it is now; `null`: there is none, so nobody is signed in; `undefined`: keep what you know. */
  readonly client: ClerkClientResource | null | undefined
}

const session = '/client/sessions/{session_id}'

/** Fetches the client: the sessions that there are. */
export const getClient: Endpoint<void, ClerkAnswer<ClerkClientResource | null>> = {
  operation: 'getClient',
  method: 'GET',
  path: '/client',
  read: readClient,
}

/** Removes all sessions of the client; the client stays. */
export const removeSessions: Endpoint<void, ClerkAnswer<ClerkClientResource | null>> = {
  operation: 'removeSessions',
  method: 'DELETE',
  path: '/client/sessions',
  write: () => ({ form: {} }),
  read: readClient,
}

/** Fetches a session. */
export const getSession: Endpoint<ForSession, ClerkAnswer<ClerkSession>> = {
  operation: 'getSession',
  method: 'GET',
  path: session,
  input: sessionInput,
  write: ({ session_id }) => ({ params: { session_id } }),
  read: readSession,
}

/** Tells that a session is in use, or makes it or an organization of its user's the active one. */
export const touchSession: Endpoint<ForSession<ClerkTouchInput>, ClerkAnswer<ClerkSession>> = {
  operation: 'touchSession',
  method: 'POST',
  path: `${session}/touch`,
  input: touchInput,
  write: ({ session_id, active_organization_id, intent }) => ({
    params: { session_id },
    form: { active_organization_id: emptyForNull(active_organization_id), intent },
  }),
  read: readSession,
}

/** Ends a session: its user has signed out. */
export const endSession: Endpoint<ForSession, ClerkAnswer<ClerkSession>> = {
  operation: 'endSession',
  method: 'POST',
  path: `${session}/end`,
  input: sessionInput,
  write: ({ session_id }) => ({ params: { session_id }, form: {} }),
  read: readSession,
}

/** Removes a session. */
export const removeSession: Endpoint<ForSession, ClerkAnswer<ClerkSession>> = {
  operation: 'removeSession',
  method: 'POST',
  path: `${session}/remove`,
  input: sessionInput,
  write: ({ session_id }) => ({ params: { session_id }, form: {} }),
  read: readSession,
}

/** Mints a session token. Its answer has no envelope. */
export const createSessionToken: Endpoint<ForSession<ClerkTokenInput & TokenRenewal>, ClerkToken> = {
  operation: 'createSessionToken',
  method: 'POST',
  repeatable: true,
  path: `${session}/tokens`,
  input: tokenInput,
  write: ({ session_id, organization_id, expired_token }) => ({
    params: { session_id },
    query: { expired_token },
    form: { organization_id: emptyForNull(organization_id) },
  }),
  read: (answer) => answer.require(tokenAnswer),
}

/** Mints a session token by a JWT template. Its answer has no envelope. */
export const createSessionTokenWithTemplate: Endpoint<ForSession<TemplateInput>, ClerkToken> = {
  operation: 'createSessionTokenWithTemplate',
  method: 'POST',
  repeatable: true,
  path: `${session}/tokens/{template_name}`,
  input: templateInput,
  write: ({ session_id, template_name, expired_token }) => ({
    params: { session_id, template_name },
    query: { expired_token },
    form: {},
  }),
  read: (answer) => answer.require(tokenAnswer),
}

/** Starts a reverification. */
export const startReverification: Endpoint<
  ForSession<ClerkReverificationInput>,
  ClerkAnswer<ClerkSessionReverification>
> = {
  operation: 'startReverification',
  method: 'POST',
  path: `${session}/verify`,
  input: reverificationInput,
  write: ({ session_id, ...form }) => ({ params: { session_id }, form }),
  read: readReverification,
}

/** Prepares the first factor of a reverification: sends a code, or makes a challenge. */
export const prepareFirstFactor: Endpoint<
  ForSession<ClerkPrepareFirstFactorInput>,
  ClerkAnswer<ClerkSessionReverification>
> = {
  operation: 'prepareFirstFactor',
  method: 'POST',
  path: `${session}/verify/prepare_first_factor`,
  input: prepareFirstFactorInput,
  write: ({ session_id, ...form }) => ({ params: { session_id }, form }),
  read: readReverification,
}

/** Verifies the first factor of a reverification. */
export const attemptFirstFactor: Endpoint<
  ForSession<ClerkAttemptFirstFactorInput>,
  ClerkAnswer<ClerkSessionReverification>
> = {
  operation: 'attemptFirstFactor',
  method: 'POST',
  path: `${session}/verify/attempt_first_factor`,
  input: attemptFirstFactorInput,
  write: ({ session_id, ...form }) => ({ params: { session_id }, form }),
  read: readReverification,
}

/** Prepares the second factor of a reverification: sends a code. */
export const prepareSecondFactor: Endpoint<
  ForSession<ClerkPrepareSecondFactorInput>,
  ClerkAnswer<ClerkSessionReverification>
> = {
  operation: 'prepareSecondFactor',
  method: 'POST',
  path: `${session}/verify/prepare_second_factor`,
  input: prepareSecondFactorInput,
  write: ({ session_id, ...form }) => ({ params: { session_id }, form }),
  read: readReverification,
}

/** Verifies the second factor of a reverification. */
export const attemptSecondFactor: Endpoint<
  ForSession<ClerkAttemptSecondFactorInput>,
  ClerkAnswer<ClerkSessionReverification>
> = {
  operation: 'attemptSecondFactor',
  method: 'POST',
  path: `${session}/verify/attempt_second_factor`,
  input: attemptSecondFactorInput,
  write: ({ session_id, ...form }) => ({ params: { session_id }, form }),
  read: readReverification,
}

/** Gets a browser known to a development instance. */
export const createDevBrowser: Endpoint<void, DevBrowserAnswer> = {
  operation: 'createDevBrowser',
  method: 'POST',
  path: '/dev_browser',
  write: () => ({ form: {} }),
  read: (answer) => answer.require(devBrowserAnswer),
}

function readSession(answer: Answer): ClerkAnswer<ClerkSession> {
  return readEnvelope(answer, sessionAnswer)
}

function readReverification(answer: Answer): ClerkAnswer<ClerkSessionReverification> {
  return readEnvelope(answer, reverificationAnswer)
}

function readEnvelope<T>(answer: Answer, schema: Schema<Enveloped<T>>): ClerkAnswer<T> {
  answer.require(envelope)
  const { response, client } = answer.parse(schema)
  return { response, client: client ?? undefined }
}

/** Here the response is the client, and `null` is an answer. */
function readClient(answer: Answer): ClerkAnswer<ClerkClientResource | null> {
  answer.require(clientEnvelope)
  const { response } = answer.parse(clientAnswer)
  return { response, client: response }
}

/** The personal account is sent as an empty field. */
function emptyForNull(organization: string | null | undefined): string | undefined {
  return organization === null ? '' : organization
}
