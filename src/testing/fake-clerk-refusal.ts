/** What a {@link ClerkRefusal} can say besides its status and code. */
export interface ClerkRefusalDetails {
  readonly message?: string
  /** The form field that is at fault. */
  readonly field?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Why a fake Clerk server says no. An operation throws it, and it becomes the answer. */
export class ClerkRefusal extends Error {
  override readonly name = 'ClerkRefusal'
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>
  readonly #field: string | undefined

  constructor(status: number, code: string, { message, field, headers = {} }: ClerkRefusalDetails = {}) {
    super(message ?? code.replaceAll('_', ' '))
    this.status = status
    this.code = code
    this.headers = headers
    this.#field = field
  }

  /** Answers the body, with the client under `meta` if there is one to tell of. */
  body(traceId: string, client: object | null): object {
    const { message, code } = this
    const meta = this.#field === undefined ? {} : { meta: { param_name: this.#field } }
    return {
      errors: [{ message, long_message: `${message}.`, code, ...meta }],
      ...(client && { meta: { client } }),
      clerk_trace_id: traceId,
    }
  }
}

/** The session, the template, the organization or the path: the answer doesn't say which. */
export function notFound(): ClerkRefusal {
  return new ClerkRefusal(404, 'resource_not_found')
}

/** A value that a form field can't have. */
export function invalidField(field: string): ClerkRefusal {
  return new ClerkRefusal(422, 'form_param_value_invalid', { field, message: `${field} is invalid` })
}

/** A form field that has to be there. */
export function missingField(field: string): ClerkRefusal {
  return new ClerkRefusal(422, 'form_param_missing', { field, message: `${field} is missing` })
}
