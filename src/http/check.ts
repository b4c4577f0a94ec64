import { ConfigurationError } from '../errors/configuration-error.ts'
import { isPromise } from '../support/maybe-promise.ts'
import type { Schema, SchemaResult } from '../support/schema.ts'

/**
 * Checks a value against a schema.
 *
 * @throws {ConfigurationError} The schema is asynchronous.
 */
export function findIssues<T>(schema: Schema<T>, value: unknown): SchemaResult<T> {
  const result = schema['~standard'].validate(value)
  if (isPromise(result)) throw new ConfigurationError('Schemas must be synchronous')
  return result
}
