import type { SchemaIssue } from '../support/schema.ts'
import { invalidFields, inWords } from './invalid-fields.ts'
import { LatchkeyError } from './latchkey-error.ts'

/** The caller's input doesn't fit the operation. Nothing was sent. */
export class RequestValidationError extends LatchkeyError {
  readonly code = 'request_validation'
  override readonly name = 'RequestValidationError'
  /** The operation that was called, as `createSession`. */
  readonly operation: string
  /** The fields at fault, as `profile.user_id`; `''` is the input as a whole. */
  readonly fields: readonly string[]

  constructor(operation: string, issues: readonly SchemaIssue[]) {
    const fields = invalidFields(issues)
    super(`${operation}: invalid input: ${inWords(fields)}`)
    this.operation = operation
    this.fields = fields
  }
}
