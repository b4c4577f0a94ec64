import { ApiError, type ApiFailure } from '../../errors/api-error.ts'
import { hasLatchkeyBrand } from '../../errors/latchkey-error.ts'
import { findIssues } from '../../http/check.ts'
import { clientInError } from './schemas.ts'
import type { ClerkClientResource, ClerkErrorCode, ClerkErrorDetail } from './types.ts'

/**
 * Clerk said no.
 *
 * @see Clerk Frontend API, "Errors"
 */
export class ClerkApiError extends ApiError {
  override readonly code = 'clerk_api'
  override readonly name = 'ClerkApiError'
  /** What is wrong, in Clerk's words. Empty where the answer wasn't Clerk's. */
  readonly errors: readonly ClerkErrorDetail[]
  /** What is wrong, for programs: the `code` of the first of `errors`; `undefined` if there is none. */
  readonly clerkCode: ClerkErrorCode | undefined
  /** What Clerk's support asks for; `undefined` if the answer had none. */
  readonly traceId: string | undefined

  constructor(failure: ApiFailure) {
    const { errors, clerk_trace_id } = Object(failure.body) as ErrorBody
    const details = readDetails(errors)
    super(
      failure,
      details
        .map(({ code }) => code)
        .filter(Boolean)
        .join(', '),
    )
    this.errors = details
    this.clerkCode = details[0]?.code || undefined
    this.traceId = typeof clerk_trace_id === 'string' ? clerk_trace_id : undefined
  }

  override get mayPass(): boolean {
    return this.status === 429 || this.status >= 500
  }

  /** @internal The client that came with the refusal; `undefined`: keep what you know. */
  static clientOf(error: unknown): ClerkClientResource | undefined {
    if (!(error instanceof ClerkApiError)) return undefined
    const found = findIssues(clientInError, ApiError.failureOf(error)?.body)
    return found.issues ? undefined : found.value.meta.client
  }
}

type ErrorBody = Readonly<Record<'errors' | 'clerk_trace_id', unknown>>

/** Every detail is read for itself, and every field of it: one of another shape doesn't hide the rest. */
function readDetails(errors: unknown): readonly ClerkErrorDetail[] {
  if (!Array.isArray(errors)) return []
  return errors.flatMap((detail: unknown) => {
    const { message, long_message, code, meta } = Object(detail) as Partial<Record<string, unknown>>
    if (typeof code !== 'string' && typeof message !== 'string') return []
    return {
      message: typeof message === 'string' ? message : '',
      ...(typeof long_message === 'string' && { long_message }),
      code: typeof code === 'string' ? code : '',
      ...(isRecord(meta) && { meta }),
    }
  })
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The 401s after which nobody is signed in. Of any other, `GET /client` knows more. */
const SIGNED_OUT: readonly unknown[] = ['authentication_invalid', 'signed_out', 'deprovisioned']

/** Tells whether Clerk says that nobody is signed in: a 401 that is final. */
export function isSignedOut(error: unknown): error is ClerkApiError {
  return isClerkApiError(error) && error.status === 401 && SIGNED_OUT.includes(error.clerkCode)
}

/** Tells whether the user has to show once more who they are: start a reverification. */
export function isReverificationNeeded(error: unknown): error is ClerkApiError {
  return hasClerkCode(error, 'session_reverification_required')
}

/** Tells whether the user has to solve a CAPTCHA first. They are not signed out by it. */
export function isCaptchaNeeded(error: unknown): error is ClerkApiError {
  return hasClerkCode(error, 'requires_captcha')
}

/** @internal Tells whether the development instance doesn't know the browser, or no longer. */
export function isDevBrowserUnknown(error: unknown): error is ClerkApiError {
  return hasClerkCode(error, 'dev_browser_unauthenticated')
}

/** Tells whether the server wants to see the last token before it mints the next. */
export function isExpiredTokenWanted(error: unknown): error is ClerkApiError {
  return hasClerkCode(error, 'missing_expired_token')
}

function hasClerkCode(error: unknown, code: ClerkErrorCode): error is ClerkApiError {
  return isClerkApiError(error) && error.clerkCode === code
}

/** Another copy of the package has a class of its own. */
function isClerkApiError(error: unknown): error is ClerkApiError {
  return hasLatchkeyBrand(error) && error.code === 'clerk_api'
}
