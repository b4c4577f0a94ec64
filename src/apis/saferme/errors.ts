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
    const { errors, failures, error_codes, message, param } = Object(failure.body) as ErrorBody
    const errorCodes = merge(byField(error_codes, readCodes))
    super(failure, Object.values(errorCodes).flat().join(', '))
    const said = readTexts(message)
    this.fields = merge([
      ...byField(errors, readTexts),
      ...byField(failures, readTexts),
      ...readTexts(param).map((field) => [field, said.length ? said : ['missing']] as const),
    ])
    this.messages = [...readTexts(errors), ...said]
    this.errorCodes = errorCodes
  }

  /** The account is locked: signing in won't work until somebody unlocks it. */
  get isAccountLocked(): boolean {
    return Object.values(this.errorCodes).flat().includes('account_locked')
  }
}

type ErrorBody = Readonly<Record<'errors' | 'failures' | 'error_codes' | 'message' | 'param', unknown>>
type Field = readonly [name: string, said: readonly string[]]

/** Every field is read for itself: one of another shape doesn't hide the rest. */
function byField(value: unknown, read: (said: unknown) => readonly string[]): readonly Field[] {
  if (Object(value) !== value || Array.isArray(value)) return []
  return Object.entries(value as object).map(([name, said]) => [name, read(said)])
}

function readTexts(value: unknown): readonly string[] {
  return listOf(value).filter((one) => typeof one === 'string')
}

function readCodes(value: unknown): readonly string[] {
  return listOf(value).flatMap((one) => readTexts((one as { error?: unknown } | null)?.error))
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}

function merge(fields: readonly Field[]): SaferMeFields {
  const merged = new Map<string, readonly string[]>()
  for (const [name, said] of fields) {
    if (said.length && name !== '__proto__') merged.set(name, [...(merged.get(name) ?? []), ...said])
  }
  return Object.fromEntries(merged)
}
