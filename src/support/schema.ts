import type { MaybePromise } from './maybe-promise.ts'

/**
 * What a schema library's schema offers under {@link https://standardschema.dev | Standard Schema}: enough to
 * check a value with zod, valibot, arktype or your own.
 */
export interface Schema<T = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    /** Checks a value. */
    readonly validate: (value: unknown) => MaybePromise<SchemaResult<T>>
    readonly types?: { readonly input: unknown; readonly output: T } | undefined
  }
}

/** A checked value, or what is wrong with it. */
export type SchemaResult<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

/** One fault that a schema found. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}
