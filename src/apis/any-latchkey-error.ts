import type { AbortedError } from '../errors/aborted-error.ts'
import type { ApiError } from '../errors/api-error.ts'
import type { ConfigurationError } from '../errors/configuration-error.ts'
import { hasLatchkeyBrand } from '../errors/latchkey-error.ts'
import type { NetworkError } from '../errors/network-error.ts'
import type { NoSessionError } from '../errors/no-session-error.ts'
import type { RequestValidationError } from '../errors/request-validation-error.ts'
import type { ResponseValidationError } from '../errors/response-validation-error.ts'
import type { SessionEndedError } from '../errors/session-ended-error.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { TimeoutError } from '../errors/timeout-error.ts'
import type { ClerkApiError } from './clerk/errors.ts'
import type { KomsApiError } from './koms/errors.ts'
import type { SaferMeApiError } from './saferme/errors.ts'
import type { ZelfApiError } from './zelf/errors.ts'

/** Every error that Latchkey throws. `switch (error.code)` narrows it. */
export type AnyLatchkeyError =
  | ConfigurationError
  | RequestValidationError
  | NetworkError
  | TimeoutError
  | AbortedError
  | (ApiError & { readonly code: 'api' })
  | SaferMeApiError
  | KomsApiError
  | ZelfApiError
  | ClerkApiError
  | ResponseValidationError
  | NoSessionError
  | SessionEndedError
  | StorageError

/** The codes of all errors. */
export type LatchkeyErrorCode = AnyLatchkeyError['code']

/** Tells whether a value is an error of Latchkey's, of whichever copy of the package. */
export function isLatchkeyError(value: unknown): value is AnyLatchkeyError
/** Tells whether a value is Latchkey's error with this code, of whichever copy of the package. */
export function isLatchkeyError<Code extends LatchkeyErrorCode>(
  value: unknown,
  code: Code,
): value is Extract<AnyLatchkeyError, { readonly code: Code }>
/**
 * Tells whether a value is the error with this code of an API of your own; name its class to have its fields:
 * `isLatchkeyError<ExampleApiError>(error, 'example_api')`.
 */
export function isLatchkeyError<Own extends ApiError>(value: unknown, code: Own['code']): value is Own
export function isLatchkeyError(value: unknown, code?: string): boolean {
  return hasLatchkeyBrand(value) && (code === undefined || value.code === code)
}
