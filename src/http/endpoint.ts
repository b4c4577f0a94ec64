import type { Schema } from '../support/schema.ts'
import type { Answer } from './answer.ts'

/** An HTTP method of an operation. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What one request says beyond its method and path. At most one of `json` and `form`. */
export interface Message {
  /** Values for the `{names}` in the path. Each is encoded; an empty one, `.` and `..` are refused. */
  readonly params?: Readonly<Record<string, string>>
  /** Query parameters. An undefined one is left out. */
  readonly query?: Readonly<Record<string, string | undefined>>
  /** The body, sent as JSON. */
  readonly json?: unknown
  /** The body, sent as a URL-encoded form. An undefined field is left out; one that is `null` is sent as empty. */
  readonly form?: Readonly<Record<string, string | null | undefined>>
  /** Headers of this operation. */
  readonly headers?: Readonly<Record<string, string>>
}

/** One operation of an API: what it sends, and how its answer is read. */
export interface Endpoint<Input = void, Output = unknown> {
  /** Its name, as in errors and events: `createSession`. */
  readonly operation: string
  readonly method: Method
  /** Its path under the base URL, with parameters in braces: `/v1/sessions/{id}`. */
  readonly path: string
  /** Sending it twice does no harm, so it is repeated after whatever may pass. Default: a GET, PUT or DELETE is. */
  readonly repeatable?: boolean
  /** What the input must be. It is checked before anything is sent. */
  readonly input?: Schema<Input>
  /** Makes the request of the checked input. Default: a request that says nothing beyond its path. */
  write?(input: Input): Message
  /** Reads the answer to a request that succeeded. */
  read(answer: Answer): Output
}
