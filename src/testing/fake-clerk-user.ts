/** Somebody who is signed in on a fake Clerk server's clients, and what they can verify themselves with. */
export interface FakeClerkUser {
  readonly id: string
  /** Takes codes as a first factor, by `email_code`. */
  readonly email: string
  /** Absent: there is none. */
  readonly password?: string
  /** Takes codes as a first factor, by `phone_code`. Absent: there is none. */
  readonly phone?: string
  /** The `id` of the passkey's credential. Absent: there is none. */
  readonly passkey?: string
  /** The id of a connection for `enterprise_sso`, which can be prepared but not finished here. Absent: there is none. */
  readonly enterpriseConnection?: string
  /** Takes codes as a second factor. Absent: there is none. */
  readonly secondFactorPhone?: string
  /** Whether an authenticator app is a second factor. Default: no. */
  readonly totp?: boolean
  /** Each is a second factor, once. Default: none. */
  readonly backupCodes?: readonly string[]
  readonly firstName?: string
  readonly lastName?: string
  readonly username?: string
}

/** A way for a user to verify themselves, as Clerk shows it. */
export interface ClerkFactor {
  readonly strategy: string
  /** What is known of the address, so that its owner recognises it. */
  readonly safe_identifier?: string
  readonly email_address_id?: string
  readonly phone_number_id?: string
  readonly passkey_id?: string
  readonly enterprise_connection_id?: string
  readonly enterprise_connection_name?: string
  readonly primary?: boolean
  readonly default?: boolean
}

/** Answers a user's first factors. */
export function firstFactors(user: FakeClerkUser): readonly ClerkFactor[] {
  const { email, password, phone, passkey, enterpriseConnection } = user
  return factors([
    password !== undefined && { strategy: 'password' },
    {
      strategy: 'email_code',
      email_address_id: emailAddressId(user),
      safe_identifier: safe(email),
      primary: true,
    },
    phone !== undefined && {
      strategy: 'phone_code',
      phone_number_id: phoneNumberId(user),
      safe_identifier: safe(phone),
      primary: true,
    },
    passkey !== undefined && { strategy: 'passkey', passkey_id: `idn_passkey_${user.id}` },
    enterpriseConnection !== undefined && {
      strategy: 'enterprise_sso',
      enterprise_connection_id: enterpriseConnection,
      enterprise_connection_name: 'Enterprise',
    },
  ])
}

/** Answers a user's second factors. */
export function secondFactors(user: FakeClerkUser): readonly ClerkFactor[] {
  const { secondFactorPhone, totp, backupCodes = [] } = user
  return factors([
    secondFactorPhone !== undefined && {
      strategy: 'phone_code',
      phone_number_id: secondPhoneNumberId(user),
      safe_identifier: safe(secondFactorPhone),
      default: true,
    },
    totp && { strategy: 'totp' },
    backupCodes.length > 0 && { strategy: 'backup_code' },
  ])
}

/** Answers the id of a user's email address. */
export function emailAddressId({ id }: FakeClerkUser): string {
  return `idn_email_${id}`
}

/** Answers the id of the phone number that is a first factor. */
export function phoneNumberId({ id }: FakeClerkUser): string {
  return `idn_phone_${id}`
}

/** Answers the id of the phone number that is a second factor. */
export function secondPhoneNumberId({ id }: FakeClerkUser): string {
  return `idn_phone2_${id}`
}

function factors(all: readonly (ClerkFactor | false | undefined)[]): readonly ClerkFactor[] {
  return all.filter((factor) => typeof factor === 'object')
}

function safe(identifier: string): string {
  return identifier.replace(/(?<=^.).+(?=.{4}$)/, '***')
}
