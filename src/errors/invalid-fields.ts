import type { SchemaIssue } from '../support/schema.ts'

/** Names the fields that a schema found fault with, as `profile.user_id`; never their values. */
export function invalidFields(issues: readonly SchemaIssue[]): readonly string[] {
  return issues.map(({ path = [] }) =>
    path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
  )
}

/** Puts the fields into words for a message. */
export function inWords(fields: readonly string[]): string {
  return fields.map((field) => field || 'all of it').join(', ')
}
