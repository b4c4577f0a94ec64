import type { ApiError, ApiFailure } from '../errors/api-error.ts'
import type { Endpoint } from '../http/endpoint.ts'
import type { Grant, Phase, SessionPolicy, TokenSet, Verdict } from '../session/protocol.ts'

/** What a protocol may change of a request before it goes out. */
export interface Outgoing {
  /** Where it goes. */
  readonly url: URL
  /** Its headers. What is set here, a caller can't override. */
  readonly headers: Headers
  /** Its body as the caller gave it; absent where that is in a `Request`, whose headers say what it is. */
  readonly body: RequestInit['body']
  /** Whether the platform adds its cookies. Absent: the caller's choice stands. */
  credentials?: NonNullable<RequestInit['credentials']>
}

/**
 * Sends one operation as it is: nothing is refreshed or replayed.
 *
 * @param tokens what it is authorized with; absent: nothing
 */
export type Send<Extra = unknown> = <Input, Output>(
  endpoint: Endpoint<Input, Output>,
  input: NoInfer<Input>,
  tokens?: TokenSet<Extra>,
) => Promise<Output>

/** What an API says about its sessions: the one thing to write for an API that Latchkey doesn't know. */
export interface SessionProtocol<Credentials = unknown, Resource = unknown, Extra = unknown>
  extends SessionPolicy<Extra> {
  /** The API's name, as it stands in storage keys. */
  readonly name: string
  /** The application or client id, where tokens belong to one: it keeps their storage apart. */
  readonly application?: string
  /** Adds the session to a request; called for every one. `tokens` is `null` where the operation carries none. */
  authorize(request: Outgoing, tokens: TokenSet<Extra> | null): void
  /** Signs in. Absent: sessions come from elsewhere, by `session.adopt`. */
  create?(send: Send<Extra>, credentials: Credentials): Promise<Grant<Resource, Extra>>
  /** Gets new tokens. Absent: the tokens can't be renewed. */
  refresh?(send: Send<Extra>, tokens: TokenSet<Extra>): Promise<Grant<Resource, Extra>>
  /** Ends the session on the server. Absent: the API has no such thing. */
  revoke?(send: Send<Extra>, tokens: TokenSet<Extra>): Promise<void>
  /**
   * Tells what an answer that says no means for the session. Only what the API itself says ends one: a page of
   * somebody else's (`failure.foreign`) never gets here.
   *
   * Default, also where it says nothing: a 401 means that the session is over, and so does OAuth's
   * `{ "error": "invalid_grant" }`. A sign-in is at fault itself, unless the answer is a 408, 420, 429 or 5xx. Anything
   * else may pass.
   */
  judge?(failure: ApiFailure, during: Phase): Verdict | undefined
  /** Makes the error that callers see. Default: an {@link ApiError}. */
  toError?(failure: ApiFailure): ApiError
}
