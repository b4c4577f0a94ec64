import type { ClerkSession } from './fake-clerk-session.ts'
import { emailAddressId, type FakeClerkUser, phoneNumberId, secondPhoneNumberId } from './fake-clerk-user.ts'

/** A user as Clerk shows it inside a session. */
export function userResource({ user, createdAt, lastActiveAt }: ClerkSession): object {
  const times = { created_at: createdAt, updated_at: createdAt }
  const verified = { linked_to: [], verification: null, reserved: false, ...times }
  const phones = [
    { phone_number: user.phone, id: phoneNumberId(user), reserved_for_second_factor: false },
    { phone_number: user.secondFactorPhone, id: secondPhoneNumberId(user), reserved_for_second_factor: true },
  ].filter(({ phone_number }) => phone_number !== undefined)
  const backupCodes = user.backupCodes !== undefined
  const totp = user.totp ?? false
  return {
    object: 'user',
    id: user.id,
    ...names(user),
    has_image: false,
    primary_email_address_id: emailAddressId(user),
    primary_phone_number_id: user.phone === undefined ? null : phoneNumberId(user),
    primary_web3_wallet_id: null,
    password_enabled: user.password !== undefined,
    two_factor_enabled: totp || user.secondFactorPhone !== undefined,
    totp_enabled: totp,
    backup_code_enabled: backupCodes,
    email_addresses: [
      { object: 'email_address', id: emailAddressId(user), email_address: user.email, ...verified },
    ],
    phone_numbers: phones.map((phone) => ({ object: 'phone_number', ...phone, ...verified })),
    web3_wallets: [],
    passkeys: [],
    external_accounts: [],
    saml_accounts: [],
    enterprise_accounts: [],
    public_metadata: {},
    external_id: null,
    last_sign_in_at: createdAt,
    banned: false,
    locked: false,
    lockout_expires_in_seconds: null,
    verification_attempts_remaining: null,
    delete_self_enabled: true,
    create_organization_enabled: true,
    last_active_at: lastActiveAt,
    mfa_enabled_at: null,
    mfa_disabled_at: null,
    legal_accepted_at: null,
    ...times,
  }
}

/** What Clerk shows of a user to others. */
export function publicUserData(user: FakeClerkUser): object {
  return {
    ...names(user),
    image_url: '',
    has_image: false,
    identifier: user.email,
    user_id: user.id,
    banned: false,
    deprovisioned: false,
  }
}

function names({ firstName, lastName, username }: FakeClerkUser): object {
  return { first_name: firstName ?? null, last_name: lastName ?? null, username: username ?? null }
}
