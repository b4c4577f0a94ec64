import type { SchemaIssue } from '../support/schema.ts'
import { invalidFields, inWords } from './invalid-fields.ts'
import { LatchkeyError } from './latchkey-error.ts'

/** The server's answer is not what its documentation says. It holds the paths of what is wrong, never a value. */
export class ResponseValidationError extends LatchkeyError {
  readonly code = 'response_validation'
  override readonly name = 'ResponseValidationError'
  /** The operation that was answered, as `getSession`. */
  readonly operation: string
  /** The HTTP status of the answer. */
  readonly status: number
  /** The fields at fault, as `session.profile.user_id`; `''` is the answer as a whole. */
  readonly fields: readonly string[]

  constructor(operation: string, status: number, issues: readonly SchemaIssue[]) {
    const fields = invalidFields(issues)
    super(`${operation}: the server's answer (${status}) is not as documented: ${inWords(fields)}`)
    this.operation = operation
    this.status = status
    this.fields = fields
  }
}
