import type { Form } from './fake-clerk-form.ts'
import { ClerkRefusal, invalidField, missingField } from './fake-clerk-refusal.ts'
import type { FakeClerkUser } from './fake-clerk-user.ts'
import { jsonFields } from './json-body.ts'

/** The code that is sent to everybody, and that every authenticator app shows. */
const CODE = '424242'
/** So many wrong codes make a verification fail for good. */
const MOST_ATTEMPTS = 5
const OBJECTS: Readonly<Record<string, string>> = {
  email_code: 'verification_otp',
  phone_code: 'verification_otp',
  passkey: 'verification_passkey',
  password: 'verification_password',
  totp: 'verification_totp',
  backup_code: 'verification_backup_code',
  enterprise_sso: 'verification_saml',
}

/** One factor's verification as a fake Clerk server keeps it. */
export interface ClerkVerification {
  readonly strategy: string
  /** In epoch milliseconds; `null` if it needs no code that runs out. */
  readonly expireAt: number | null
  status: 'unverified' | 'verified' | 'failed'
  attempts: number
}

/** Answers a verification that has not been attempted. */
export function newVerification(strategy: string, expireAt: number | null): ClerkVerification {
  return { strategy, expireAt, status: 'unverified', attempts: 0 }
}

/** Answers a verification as Clerk shows it. */
export function verificationResource(verification: ClerkVerification, at: number): object {
  const { strategy, status, attempts, expireAt } = verification
  return {
    object: OBJECTS[strategy],
    status: hasExpired(verification, at) ? 'expired' : status,
    strategy,
    attempts,
    expire_at: expireAt,
    ...(strategy === 'passkey' && { nonce: JSON.stringify({ challenge: 'ZmFrZQ' }) }),
    ...(strategy === 'enterprise_sso' && {
      external_verification_redirect_url: 'https://fake.clerk.accounts.dev/v1/enterprise_sso',
    }),
  }
}

/**
 * Attempts a verification.
 *
 * @param usedBackupCodes the user's; one that is used now joins them
 * @throws {ClerkRefusal} 400: it has run out or failed for good. 422: a field is missing, or what it says is wrong.
 */
export function attemptVerification(
  verification: ClerkVerification,
  user: FakeClerkUser,
  form: Form,
  usedBackupCodes: Set<string>,
  at: number,
): void {
  if (verification.status === 'failed') throw new ClerkRefusal(400, 'verification_failed')
  if (hasExpired(verification, at)) throw new ClerkRefusal(400, 'verification_expired')
  const wrong = mistake(verification.strategy, user, form, usedBackupCodes)
  verification.attempts++
  if (!wrong) {
    verification.status = 'verified'
    return
  }
  if (verification.attempts >= MOST_ATTEMPTS) verification.status = 'failed'
  throw wrong
}

function mistake(
  strategy: string,
  user: FakeClerkUser,
  form: Form,
  usedBackupCodes: Set<string>,
): ClerkRefusal | undefined {
  switch (strategy) {
    case 'password':
      return needed(form, 'password') === user.password ? undefined : incorrect('password')
    case 'passkey': {
      const credential = jsonFields(needed(form, 'public_key_credential'))
      if (!credential) throw invalidField('public_key_credential')
      const { id } = credential
      return id === user.passkey ? undefined : new ClerkRefusal(400, 'verification_failed')
    }
    case 'backup_code': {
      const code = needed(form, 'code')
      if (!user.backupCodes?.includes(code) || usedBackupCodes.has(code)) return incorrect('code')
      usedBackupCodes.add(code)
      return undefined
    }
    default:
      return needed(form, 'code') === CODE ? undefined : incorrect('code')
  }
}

function hasExpired({ status, expireAt }: ClerkVerification, at: number): boolean {
  return status === 'unverified' && expireAt !== null && at >= expireAt
}

function needed(form: Form, field: string): string {
  const value = form[field]
  if (!value) throw missingField(field)
  return value
}

function incorrect(field: 'code' | 'password'): ClerkRefusal {
  return new ClerkRefusal(422, `form_${field}_incorrect`, { field, message: `Incorrect ${field}` })
}
