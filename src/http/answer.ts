import { ResponseValidationError } from '../errors/response-validation-error.ts'
import type { Schema, SchemaIssue } from '../support/schema.ts'
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
    return this.#check(schema, this.#report)
  }

  /**
   * The body, checked in either mode of validation: for the fields that a session is made of.
   *
   * @throws {ResponseValidationError} The body is not as documented.
   */
  require<T>(schema: Schema<T>): T {
    return this.#check(schema, undefined)
  }

  #check<T>(schema: Schema<T>, report: ReportDrift | undefined): T {
    if (!this.#body.parsed) throw this.#fault([{ message: 'not JSON' }])
    const result = findIssues(schema, this.#body.json)
    if (!result.issues) return result.value
    const error = this.#fault(result.issues)
    if (!report) throw error
    report(error)
    return this.#body.json as T
  }

  #fault(issues: readonly SchemaIssue[]): ResponseValidationError {
    return new ResponseValidationError(this.operation, this.status, issues)
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
