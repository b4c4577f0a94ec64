import type { ClerkClientRecord } from './fake-clerk-client.ts'
import type { ClerkCredentials } from './fake-clerk-credentials.ts'
import { type Form, type FormFields, readForm } from './fake-clerk-form.ts'
import type { FakeClerkSettings } from './fake-clerk-options.ts'
import { ClerkRefusal, notFound } from './fake-clerk-refusal.ts'
import type { ClerkResources } from './fake-clerk-resources.ts'
import { type ClerkSession, isUsable } from './fake-clerk-session.ts'
import type { Route, ServerAnswer, ServerRequest } from './route.ts'

/** A request that an operation has been made of: its caller and its form are in order. */
export interface ClerkCall<Name extends string = string> {
  readonly client: ClerkClientRecord
  readonly form: Form<Name>
  readonly request: ServerRequest
  /** When it arrived, in epoch milliseconds by the server's clock. */
  readonly at: number
}

/** What an operation answers: a whole body, or a resource for the envelope around it and the client. */
export type ClerkResult = { readonly body: object } | { readonly response: object; readonly client?: null }

/** What an operation does with a session. */
export type ClerkSessionAct<Name extends string> = (
  session: ClerkSession,
  call: ClerkCall<Name>,
) => ClerkResult

/** Makes the routes' handlers of operations that throw a {@link ClerkRefusal} to say no. */
export interface ClerkEndpoints {
  /** For whoever has a client. */
  forClient<Name extends string>(
    fields: FormFields<Name>,
    act: (call: ClerkCall<Name>) => ClerkResult,
  ): Route['handle']
  /** For whoever has the client of the session that the path names. */
  forSession<Name extends string>(fields: FormFields<Name>, act: ClerkSessionAct<Name>): Route['handle']
  /** The same, if the session can still do anything. */
  forUsableSession<Name extends string>(fields: FormFields<Name>, act: ClerkSessionAct<Name>): Route['handle']
  /** For anybody whose credential is not refused: `client` is `null` if there is none. */
  forAnybody(act: (client: ClerkClientRecord | null, request: ServerRequest) => ClerkResult): Route['handle']
  /** For anybody at all. */
  open(act: (request: ServerRequest) => ClerkResult): Route['handle']
}

/** Makes what all operations of a fake Clerk server share: the rules for every request, and the envelope. */
export function clerkEndpoints(
  credentials: ClerkCredentials,
  resources: ClerkResources,
  settings: Readonly<FakeClerkSettings>,
): ClerkEndpoints {
  let traces = 0

  const answer = (
    request: ServerRequest,
    caller: { readonly client: ClerkClientRecord | null; readonly headers: Readonly<Record<string, string>> },
    act: () => ClerkResult,
  ): ServerAnswer => {
    const { client, headers } = caller
    const riding = (): object | null =>
      client && settings.piggyback ? resources.client(client, request.at) : null
    try {
      const result = act()
      if ('body' in result) return { status: 200, headers, body: result.body }
      const { response, client: withheld } = result
      return { status: 200, headers, body: { response, client: withheld === null ? null : riding() } }
    } catch (error) {
      if (!(error instanceof ClerkRefusal)) throw error
      const body = error.body(`trace_${++traces}`, riding())
      return { status: error.status, headers: { ...headers, ...error.headers }, body }
    }
  }
  const identified =
    (act: (client: ClerkClientRecord | null, request: ServerRequest) => ClerkResult): Route['handle'] =>
    (request) => {
      const conflict = conflictOf(request)
      if (conflict) return answer(request, { client: null, headers: {} }, refuse(conflict))
      const caller = credentials.identify(request)
      return answer(
        request,
        caller,
        caller.refusal ? refuse(caller.refusal) : () => act(caller.client, request),
      )
    }

  const endpoints: ClerkEndpoints = {
    forClient: (fields, act) =>
      identified((client, request) => {
        if (!client) throw new ClerkRefusal(401, 'signed_out')
        return act({ client, request, at: request.at, form: readForm(request, fields) })
      }),
    forSession: (fields, act) => endpoints.forClient(fields, (call) => act(sessionOf(call), call)),
    forUsableSession: (fields, act) =>
      endpoints.forSession(fields, (session, call) => {
        if (!isUsable(session, call.at)) throw notFound()
        return act(session, call)
      }),
    forAnybody: identified,
    open: (act) => (request) => {
      const conflict = conflictOf(request)
      return answer(request, { client: null, headers: {} }, conflict ? refuse(conflict) : () => act(request))
    },
  }
  return endpoints
}

function sessionOf({ client, request }: ClerkCall): ClerkSession {
  const { id } = request.params
  const session = client.sessions.find((one) => one.id === id)
  if (!session || session.status === 'removed') throw notFound()
  return session
}

/** What no request may have together, whoever sent it. */
function conflictOf({ headers, url }: ServerRequest): ClerkRefusal | undefined {
  if (headers.has('origin') && headers.has('authorization'))
    return new ClerkRefusal(400, 'origin_authorization_headers_conflict')
  if (url.searchParams.has('__clerk_api_version') && headers.has('clerk-api-version'))
    return new ClerkRefusal(400, 'api_version_conflict')
  const version = url.searchParams.get('__clerk_api_version') ?? headers.get('clerk-api-version')
  const isDate = version === null || /^\d{4}-\d\d-\d\d$/.test(version)
  return isDate ? undefined : new ClerkRefusal(400, 'api_version_invalid')
}

function refuse(refusal: ClerkRefusal): () => never {
  return () => {
    throw refusal
  }
}
