import { ClerkRefusal, invalidField, missingField } from './fake-clerk-refusal.ts'
import type { ServerRequest } from './route.ts'

/** What an operation wants of one of its form fields. */
export interface FormField {
  /** Whether it has to be there, and not empty. Default: no. */
  readonly required?: boolean
  /** The values that it can have. Default: any. */
  readonly oneOf?: readonly string[]
}

/** The form fields of an operation; it takes no others. */
export type FormFields<Name extends string = string> = Readonly<Record<Name, FormField>>

/** A form as it was sent. Absent and empty are not the same. */
export type Form<Name extends string = string> = Readonly<Partial<Record<Name, string>>>

/**
 * Reads a form.
 *
 * @throws {ClerkRefusal} 415: it is no form. 422: a field is unknown, doubled, missing, or has a value that it
 * can't have.
 */
export function readForm<Name extends string>(
  { headers, body }: ServerRequest,
  fields: FormFields<Name>,
): Form<Name> {
  const type = headers.get('content-type')
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(type ?? '')
  if (!isForm && (body !== '' || type !== null)) throw new ClerkRefusal(415, 'unsupported_content_type')
  const sent = new URLSearchParams(body)
  for (const field of sent.keys()) {
    if (!Object.hasOwn(fields, field)) throw refusedField('form_param_unknown', field)
    if (sent.getAll(field).length > 1) throw refusedField('form_param_duplicate', field)
  }
  for (const [field, { required, oneOf }] of Object.entries<FormField>(fields)) {
    const value = sent.get(field)
    if (required && !value) throw missingField(field)
    if (value !== null && oneOf && !oneOf.includes(value)) throw invalidField(field)
  }
  return Object.fromEntries(sent) as Form<Name>
}

function refusedField(code: string, field: string): ClerkRefusal {
  return new ClerkRefusal(422, code, { field })
}
