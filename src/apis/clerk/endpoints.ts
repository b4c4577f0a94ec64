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
export const touchSession: Endpoint<ForSession<ClerkTouchInput>, ClerkAnswer<ClerkSession>> = posted(
  'touchSession',
  '/touch',
  touchInput,
  readSession,
)

/** Ends a session: its user has signed out. */
export const endSession: Endpoint<ForSession, ClerkAnswer<ClerkSession>> = posted(
  'endSession',
  '/end',
  sessionInput,
  readSession,
)

/** Removes a session. */
export const removeSession: Endpoint<ForSession, ClerkAnswer<ClerkSession>> = posted(
  'removeSession',
  '/remove',
  sessionInput,
  readSession,
)

/** Mints a session token. Its answer has no envelope. */
export const createSessionToken: Endpoint<ForSession<ClerkTokenInput & TokenRenewal>, ClerkToken> = minted(
  'createSessionToken',
  '/tokens',
  tokenInput,
)

/** Mints a session token by a JWT template. Its answer has no envelope. */
export const createSessionTokenWithTemplate: Endpoint<ForSession<TemplateInput>, ClerkToken> = minted(
  'createSessionTokenWithTemplate',
  '/tokens/{template_name}',
  templateInput,
)

/** Starts a reverification. */
export const startReverification: Endpoint<
  ForSession<ClerkReverificationInput>,
  ClerkAnswer<ClerkSessionReverification>
> = posted('startReverification', '/verify', reverificationInput, readReverification)

/** Prepares the first factor of a reverification: sends a code, or makes a challenge. */
export const prepareFirstFactor: Endpoint<
  ForSession<ClerkPrepareFirstFactorInput>,
  ClerkAnswer<ClerkSessionReverification>
> = posted('prepareFirstFactor', '/verify/prepare_first_factor', prepareFirstFactorInput, readReverification)

/** Verifies the first factor of a reverification. */
export const attemptFirstFactor: Endpoint<
  ForSession<ClerkAttemptFirstFactorInput>,
  ClerkAnswer<ClerkSessionReverification>
> = posted('attemptFirstFactor', '/verify/attempt_first_factor', attemptFirstFactorInput, readReverification)

/** Prepares the second factor of a reverification: sends a code. */
export const prepareSecondFactor: Endpoint<
  ForSession<ClerkPrepareSecondFactorInput>,
  ClerkAnswer<ClerkSessionReverification>
> = posted(
  'prepareSecondFactor',
  '/verify/prepare_second_factor',
  prepareSecondFactorInput,
  readReverification,
)

/** Verifies the second factor of a reverification. */
export const attemptSecondFactor: Endpoint<
  ForSession<ClerkAttemptSecondFactorInput>,
  ClerkAnswer<ClerkSessionReverification>
> = posted(
  'attemptSecondFactor',
  '/verify/attempt_second_factor',
  attemptSecondFactorInput,
  readReverification,
)

/** Gets a browser known to a development instance. */
export const createDevBrowser: Endpoint<void, DevBrowserAnswer> = {
  operation: 'createDevBrowser',
  method: 'POST',
  path: '/dev_browser',
  write: () => ({ form: {} }),
  read: (answer) => answer.require(devBrowserAnswer),
}

/** What is not in the path, and not for the query, is the form: no other field is known to the operation. */
/* @__NO_SIDE_EFFECTS__ */
function posted<Input, Output>(
  operation: string,
  path: string,
  input: Schema<ForSession<Input>>,
  read: (answer: Answer) => Output,
): Endpoint<ForSession<Input>, Output> {
  return {
    operation,
    method: 'POST',
    path: session + path,
    input,
    write: ({ session_id, template_name = '', expired_token, ...form }: Posted) => ({
      params: { session_id, template_name },
      query: { expired_token },
      form,
    }),
    read,
  }
}

/** The operations that mint a token: one that is sent twice does no harm. */
/* @__NO_SIDE_EFFECTS__ */
function minted<Input>(
  operation: string,
  path: string,
  input: Schema<ForSession<Input>>,
): Endpoint<ForSession<Input>, ClerkToken> {
  return { ...posted(operation, path, input, readToken), repeatable: true }
}

/** An input, as it has been checked. */
type Posted = ForSession<Partial<TemplateInput>>

function readToken(answer: Answer): ClerkToken {
  return answer.require(tokenAnswer)
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
