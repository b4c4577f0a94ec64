import { LatchkeyError } from '../errors/latchkey-error.ts'
import { ResponseValidationError } from '../errors/response-validation-error.ts'
import type { Schema } from '../support/schema.ts'
import { findIssues } from './check.ts'

/** Hears of an answer that is not as documented and was let through. */
export type ReportDrift = (error: ResponseValidationError) => void

/** A successful answer whose body has been read and parsed, but not yet checked. */
export class Answer {
  /** The operation that was answered. */
  readonly operation: string
  /** The HTTP status. */
  readonly status: number
  readonly headers: Headers
  readonly #body: Body
  readonly #report: ReportDrift | undefined

  /** @internal */
  constructor(operation: string, response: Response, body: Body, report: ReportDrift | undefined) {
    this.operation = operation
    this.status = response.status
    this.headers = response.headers
    this.#body = body
    this.#report = report
  }

  /**
   * The body, checked. Unknown fields pass.
   *
   * @throws {ResponseValidationError} The body is not as documented; with `validation: 'report'` a `drift` event instead.
   */
  parse<T>(schema: Schema<T>): T {
    return this.#check(schema, this.#body.parsed ? this.#report : undefined)
  }

  /**
   * The body, checked in either mode of validation: for the fields that a session is made of.
   *
   * @throws {ResponseValidationError} The body is not as documented.
   */
  require<T>(schema: Schema<T>): T {
    return this.#check(schema)
  }

  #check<T>(schema: Schema<T>, report?: ReportDrift): T {
    const { parsed, json } = this.#body
    const result = parsed ? findIssues(schema, json) : { issues: [{ message: 'not JSON' }] }
    if (!result.issues) return result.value
    const error = new ResponseValidationError(this.operation, this.status, result.issues)
    if (!report) throw error
    report(error)
    return json as T
  }
}

/**
 * Reads of an answer what its endpoint or its protocol wants of it.
 *
 * @throws {ResponseValidationError} It stumbled over the answer, which had been let through unchecked. What it threw
 * may quote the answer.
 */
export function readOf<T>({ operation, status }: Pick<Answer, 'operation' | 'status'>, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof LatchkeyError) throw error
    throw new ResponseValidationError(operation, status, [{ message: 'unreadable' }])
  }
}

/** A body that has been read. */
export interface Body {
  /** The parsed JSON; `undefined` where there was no body, or none that is JSON. */
  readonly json: unknown
  /** It was JSON, or there was none. */
  readonly parsed: boolean
  /** There was a body, and it isn't the API's: a page, truncated, or too large to be read. */
  readonly foreign: boolean
}
