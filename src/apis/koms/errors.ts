import * as z from 'zod/mini'
import { ApiError, type ApiFailure } from '../../errors/api-error.ts'
import { lazy } from '../../support/lazy.ts'
import type { KomsReason } from './types.ts'

/**
 * KOMS said no. The user's own mistakes come as 500, and only the words tell them apart; `reason` does that here.
 */
export class KomsApiError extends ApiError {
  override readonly code = 'koms_api'
  override readonly name = 'KomsApiError'
  /** Why, out of a closed set. */
  readonly reason: KomsReason

  constructor(failure: ApiFailure) {
    const reason = reasonOf(failure)
    super(failure, reason)
    this.reason = reason
  }

  /** The user's mistakes come as 500, too, and don't pass. */
  override get mayPass(): boolean {
    return this.reason === 'server_error' && super.mayPass
  }
}

const REASONS: readonly (readonly [RegExp, KomsReason])[] = [
  [/^session no longer exists/, 'session_gone'],
  [/^refresh_token is expired/, 'refresh_token_expired'],
  [/^can only refresh most recently/, 'stale_access_token'],
  [/^missing |not provided/, 'missing_field'],
  [/^unsupported account_type/, 'unsupported_account_type'],
  [/^user not found/, 'unknown_user'],
  [/^weak password/i, 'weak_password'],
  [/^invalid email/i, 'invalid_email'],
]

const errorBody = lazy(() => z.looseObject({ message: z.string() }))

/** Reads the reason off an answer's words. */
export function reasonOf({ status, body }: ApiFailure): KomsReason {
  const message = errorBody().safeParse(body).data?.message ?? ''
  const known = REASONS.find(([words]) => words.test(message))
  return known?.[1] ?? (status === 401 ? 'unauthorized' : 'server_error')
}
