import * as z from 'zod/mini'
import { ApiError, type ApiFailure } from '../../errors/api-error.ts'
import type { SaferMeFields } from './types.ts'

/**
 * SaferMe said no. Its answers come in several shapes; here they are one.
 *
 * @see SaferMe API v4, "Sessions", errors
 */
export class SaferMeApiError extends ApiError {
  override readonly code = 'saferme_api'
  override readonly name = 'SaferMeApiError'
  /** What is wrong with which field, in SaferMe's words: from `errors` by field, `failures`, and a missing `param`. */
  readonly fields: SaferMeFields
  /** What is wrong with the request as a whole, in SaferMe's words: from an `errors` list and `message`. */
  readonly messages: readonly string[]
  /** Codes for programs, by field; `base` is the request as a whole. */
  readonly errorCodes: SaferMeFields

  constructor(failure: ApiFailure) {
    const { errors, failures, error_codes, message, param } = readBody(failure.body)
    const errorCodes = merge(
      Object.entries(error_codes).map(([field, codes]) => [field, codes.map(({ error }) => error)]),
    )
    super(failure, Object.values(errorCodes).flat().join(', '))
    const byField = Array.isArray(errors) ? [] : Object.entries(errors)
    this.fields = merge([
      ...byField,
      ...Object.entries(failures),
      ...(param === undefined ? [] : [[param, [message ?? 'missing']] as const]),
    ])
    this.messages = [...(Array.isArray(errors) ? errors : []), ...(message === undefined ? [] : [message])]
    this.errorCodes = errorCodes
  }

  /** The account is locked: signing in won't work until somebody unlocks it. */
  get isAccountLocked(): boolean {
    return Object.values(this.errorCodes).flat().includes('account_locked')
  }
}

const texts = z.array(z.string())
/** Each part is read for itself: one of another shape doesn't hide the rest. */
const errorBody = z.looseObject({
  errors: z.catch(z.union([texts, z.record(z.string(), texts)]), []),
  failures: z.catch(z.record(z.string(), texts), {}),
  error_codes: z.catch(z.record(z.string(), z.array(z.looseObject({ error: z.string() }))), {}),
  message: z.catch(z.optional(z.string()), undefined),
  param: z.catch(z.optional(z.string()), undefined),
})

function readBody(body: unknown): z.infer<typeof errorBody> {
  const { data } = errorBody.safeParse(body)
  return data ?? { errors: [], failures: {}, error_codes: {}, message: undefined, param: undefined }
}

function merge(entries: readonly (readonly [string, readonly string[]])[]): SaferMeFields {
  const merged = new Map<string, readonly string[]>()
  for (const [field, said] of entries) merged.set(field, [...(merged.get(field) ?? []), ...said])
  return Object.fromEntries(merged)
}
