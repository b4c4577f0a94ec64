import type { ClerkErrorDetail, ClerkSessionBase } from './types.ts'

/** How much a user has to verify again: one factor or the other, or both. */
export type ClerkReverificationLevel = 'first_factor' | 'second_factor' | 'multi_factor'

/** What a reverification waits for. Clerk may add to these. */
export type ClerkReverificationStatus =
  | 'needs_first_factor'
  | 'needs_second_factor'
  | 'complete'
  | (string & {})

/** A way to verify a factor. Clerk has many, and may add to them. */
export type ClerkStrategy =
  | 'email_code'
  | 'phone_code'
  | 'password'
  | 'passkey'
  | 'enterprise_sso'
  | 'totp'
  | 'backup_code'
  | (string & {})

/** Where a verification stands. Clerk may add to these. */
export type ClerkVerificationStatus =
  | 'unverified'
  | 'verified'
  | 'failed'
  | 'expired'
  | 'transferable'
  | (string & {})

/**
 * A session's reverification: the user shows once more who they are, for what needs more than a session.
 *
 * @see Clerk Frontend API, "Start a new session reverification"
 */
export interface ClerkSessionReverification {
  readonly object: 'session_reverification' | 'session_verification' | (string & {})
  /** The level that counts: where the user has no second factor it is `first_factor`, whatever was asked for. */
  readonly level: ClerkReverificationLevel | (string & {})
  readonly status: ClerkReverificationStatus
  /** What the user can verify the first factor with. */
  readonly supported_first_factors: readonly ClerkFactor[] | null
  /** What the user can verify the second factor with. */
  readonly supported_second_factors: readonly ClerkFactor[] | null
  readonly first_factor_verification: ClerkVerification | null
  readonly second_factor_verification: ClerkVerification | null
  /** The session, in its short form. */
  readonly session: ClerkSessionBase
}

/** A factor that a user can verify, and what its strategy needs to be told. */
export interface ClerkFactor {
  readonly strategy: ClerkStrategy
  /** Where a code goes to, as a user may be shown it: `a***@example.com`. */
  readonly safe_identifier?: string
  /** What preparing `email_code` wants. */
  readonly email_address_id?: string
  /** What preparing `phone_code` wants. */
  readonly phone_number_id?: string
  readonly passkey_id?: string
  readonly enterprise_connection_id?: string
  readonly enterprise_connection_name?: string
  readonly primary?: boolean | null
  readonly default?: boolean
  /** Where the user has to go. */
  readonly external_verification_redirect_url?: string | null
}

/** A factor's verification. What it holds besides its status depends on its strategy. */
export interface ClerkVerification {
  /** Which kind it is, as `verification_otp`. */
  readonly object?: string
  readonly status: ClerkVerificationStatus
  readonly strategy: ClerkStrategy
  /** How often the user has tried. */
  readonly attempts?: number | null
  /** When it runs out: epoch milliseconds. */
  readonly expire_at?: number | null
  /** What a passkey is asked with: the request's options, as JSON. */
  readonly nonce?: string | null
  /** Where the user has to go. */
  readonly external_verification_redirect_url?: string | null
  /** Why it failed. */
  readonly error?: ClerkErrorDetail | null
}

/** What `POST /client/sessions/{session_id}/verify` starts. */
export interface ClerkReverificationInput {
  /** How much to verify. Without a second factor the user is asked for the first: believe the answer's `level`. */
  readonly level: ClerkReverificationLevel
}

/** What `POST …/verify/prepare_first_factor` prepares, by `strategy`. */
export type ClerkPrepareFirstFactorInput =
  | ClerkPrepareEmailCode
  | ClerkPrepareFirstPhoneCode
  | ClerkPreparePasskeyOrSso

/** Sends a code by email. */
export interface ClerkPrepareEmailCode extends ClerkProof {
  readonly strategy: 'email_code'
  /** Where to: a factor's `email_address_id`. */
  readonly email_address_id: string
}

/** Sends a code by text message. */
export interface ClerkPrepareFirstPhoneCode extends ClerkProof {
  readonly strategy: 'phone_code'
  /** Where to: a factor's `phone_number_id`. */
  readonly phone_number_id: string
}

/** Has the server make a passkey's challenge, or the address of an enterprise's sign-in page. */
export interface ClerkPreparePasskeyOrSso extends ClerkProof {
  readonly strategy: 'passkey' | 'enterprise_sso'
}

/** What Clerk Protect adds to a preparation. */
export interface ClerkProof {
  /** The proof that Clerk's Protect SDK has produced. */
  readonly proof_token?: string | undefined
}

/** What `POST …/verify/attempt_first_factor` verifies, by `strategy`. */
export type ClerkAttemptFirstFactorInput = ClerkAttemptCode | ClerkAttemptPassword | ClerkAttemptPasskey

/** Verifies a code that was sent. */
export interface ClerkAttemptCode {
  readonly strategy: 'email_code' | 'phone_code'
  /** What the user received. */
  readonly code: string
}

/** Verifies the password. */
export interface ClerkAttemptPassword {
  readonly strategy: 'password'
  /** The user's password. */
  readonly password: string
}

/** Verifies a passkey. */
export interface ClerkAttemptPasskey {
  readonly strategy: 'passkey'
  /** The browser's answer to the challenge: `JSON.stringify` of a `PublicKeyCredential`'s `toJSON()`. */
  readonly public_key_credential: string
}

/** What `POST …/verify/prepare_second_factor` prepares: a code by text message. */
export interface ClerkPrepareSecondFactorInput extends ClerkProof {
  readonly strategy: 'phone_code'
  /** Where to: a factor's `phone_number_id`. Default: the user's default second factor, as the server sees it. */
  readonly phone_number_id?: string | undefined
}

/** What `POST …/verify/attempt_second_factor` verifies. */
export interface ClerkAttemptSecondFactorInput {
  readonly strategy: 'phone_code' | 'totp' | 'backup_code'
  /** What the user received, their app shows, or they kept. */
  readonly code: string
}
