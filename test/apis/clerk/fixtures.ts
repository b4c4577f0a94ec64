/** The documented answers of Clerk's Frontend API. */

export const SESSION_ID = 'sess_2abcDEF'
const NOW = 1_700_690_400_000

/** Claims `{ sid, sub, iss, iat, exp, nbf }`, unsigned. */
export const JWT =
  'eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzaWQiOiJzZXNzXzJhYmNERUYiLCJpYXQiOjE3MDA2OTA0MDAsImV4cCI6MTcwMDY5MDQ2MH0.c2ln'

const publicUserData = {
  first_name: 'Ada',
  last_name: null,
  image_url: 'https://img.clerk.com/ada',
  has_image: true,
  identifier: 'ada@example.com',
  profile_image_url: 'https://img.clerk.com/ada',
  user_id: 'user_1',
  username: null,
  banned: false,
  deprovisioned: false,
}

const sessionBase = {
  id: SESSION_ID,
  object: 'session',
  status: 'active',
  expire_at: NOW + 604_800_000,
  abandon_at: NOW + 2_592_000_000,
  last_active_at: NOW,
  last_active_token: { object: 'token', jwt: JWT },
  actor: { sub: 'user_support' },
  tasks: [{ key: 'choose-organization' }],
}

export const session = {
  ...sessionBase,
  last_active_organization_id: 'org_1',
  user: { object: 'user', id: 'user_1', first_name: 'Ada' },
  public_user_data: publicUserData,
  factor_verification_age: [5, -1],
  created_at: NOW,
  updated_at: NOW,
}

/** A session with only what the specification requires. */
export const leanSession = {
  id: SESSION_ID,
  object: 'session',
  status: 'active',
  expire_at: NOW,
  abandon_at: NOW,
  last_active_at: NOW,
  last_active_organization_id: null,
  public_user_data: null,
  factor_verification_age: null,
  created_at: NOW,
  updated_at: NOW,
}

export const client = {
  object: 'client',
  id: 'client_1',
  sessions: [session],
  sign_in: null,
  sign_up: null,
  last_active_session_id: SESSION_ID,
  last_authentication_strategy: 'password',
  cookie_expires_at: NOW + 31_536_000_000,
  captcha_bypass: false,
  created_at: NOW,
  updated_at: NOW,
}

export const emailFactor = {
  strategy: 'email_code',
  safe_identifier: 'a***@example.com',
  email_address_id: 'idn_email',
  primary: true,
}

export const reverification = {
  object: 'session_reverification',
  level: 'multi_factor',
  status: 'needs_first_factor',
  supported_first_factors: [
    emailFactor,
    { strategy: 'password' },
    { strategy: 'passkey', passkey_id: 'psk_1' },
    {
      strategy: 'enterprise_sso',
      enterprise_connection_id: 'ent_1',
      enterprise_connection_name: 'Example',
      external_verification_redirect_url: 'https://idp.example.com/',
    },
  ],
  supported_second_factors: [
    { strategy: 'phone_code', phone_number_id: 'idn_phone', primary: null, default: true },
  ],
  first_factor_verification: {
    object: 'verification_otp',
    status: 'unverified',
    strategy: 'email_code',
    attempts: 0,
    expire_at: NOW + 600_000,
  },
  second_factor_verification: null,
  session: sessionBase,
}

/** An error answer with this code. */
export function errorBody(code: string, more: object = {}) {
  return {
    errors: [{ message: 'no', long_message: 'No, really.', code, meta: { param_name: 'code' } }],
    clerk_trace_id: 'trace_1',
    ...more,
  }
}

/** A value with the field at a dotted path replaced; `undefined` takes the field away. */
export function withField<T>(value: T, path: string, field: unknown): T {
  const copy = structuredClone(value)
  const names = path.split('.')
  const last = names.pop() as string
  let parent = copy as Record<string, unknown>
  for (const name of names) parent = parent[name] as Record<string, unknown>
  if (field === undefined) delete parent[last]
  else parent[last] = field
  return copy
}
