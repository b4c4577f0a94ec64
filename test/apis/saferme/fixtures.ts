/** The documented answers of SaferMe v4. */

export const credentials = { email: 'ada@example.com', password: 'correct horse' }

export const tokens = {
  access_token: 'smt_1j_WVuWRBzUo5S2SEL6iY_Yf69Ejg692BDJHLCFreVcKrY',
  refresh_token: 'OZnN3WvUmcFxkyCjRmk5UTpOXUSX77H-89xlrt5qh9U',
}

/** What a refresh answers: both new. */
export const renewedTokens = {
  access_token: 'smt_renewed_4ZkqT9pXw2LhVbN7cRfYgU1aEo6JiDmS0xKtQvBz3',
  refresh_token: 'renewed_PwXcR3vTq8LmZ6yHs1JkFb5NgD0uEaOi7Ct2KhV9QxY',
}

export const session = {
  token_expire_at: '2023-02-24T19:05:16.949+13:00',
  app_bundle_id: 'com.thundermaps.saferme',
  branded_app_id: 1,
  client_uuid: '2afe4503-91fb-4afd-a9a7-abccdca0f4d3',
  profile: {
    user_id: 6,
    preferred_team_id: 2,
    user_uuid: '43b9153a-900b-5c07-b4e4-5121333b23ef',
    personal_account_option: false,
    consent_required: false,
    profile_details_pending: false,
    password_update_pending: false,
  },
}

/** `token_expire_at`, in epoch milliseconds. */
export const EXPIRES_AT: number = Date.UTC(2023, 1, 24, 6, 5, 16, 949)
/** An hour before the token runs out. */
export const SIGNED_IN_AT: number = EXPIRES_AT - 3_600_000

export const createAnswer = { session: { ...tokens, ...session } }
export const getAnswer = { session }
export const refreshAnswer = { session: { ...renewedTokens, ...session } }

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
