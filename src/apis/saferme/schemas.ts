import * as z from 'zod/mini'
import type { Schema } from '../../support/schema.ts'
import { agreeing } from '../../support/schema-agreement.ts'
import { filled, holding, sendable, whole } from '../../support/schemas.ts'
import type { SaferMeCredentials, SaferMeSession } from './types.ts'

/** SaferMe's times: ISO 8601 with an offset. `Date.parse` alone makes a year of any number. */
const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/
const time = () => z.string().check(holding((text) => !Number.isNaN(readTime(text))))

/** Reads a time as epoch milliseconds; `NaN` if it isn't one. */
export function readTime(value: unknown): number {
  return typeof value === 'string' && ISO_8601.test(value) ? Date.parse(value) : Number.NaN
}

/** What signs in. */
export const credentials: Schema<SaferMeCredentials> = agreeing(() =>
  z.object({ email: filled, password: filled }),
)

/** The fields that a session is made of. */
export const tokenAnswer: Schema<TokenAnswer> = agreeing(() =>
  z.looseObject({
    session: z.looseObject({
      access_token: sendable,
      refresh_token: filled,
      token_expire_at: z.exactOptional(z.unknown()),
    }),
  }),
)

/** An answer that holds tokens. */
export interface TokenAnswer {
  readonly session: {
    readonly access_token: string
    readonly refresh_token: string
    readonly token_expire_at?: unknown
  }
}

/** What a session comes in, whatever is in it. */
export const envelope: Schema<unknown> = agreeing(() => z.looseObject({ session: z.looseObject({}) }))

/** A session in its envelope. */
export const sessionAnswer: Schema<SessionAnswer> = agreeing(() =>
  z.looseObject({
    session: z.looseObject({
      token_expire_at: time(),
      app_bundle_id: z.string(),
      branded_app_id: whole,
      client_uuid: z.exactOptional(z.nullable(z.string())),
      profile: z.looseObject({
        user_id: whole,
        preferred_team_id: z.exactOptional(z.nullable(whole)),
        user_uuid: z.string(),
        personal_account_option: z.boolean(),
        consent_required: z.boolean(),
        profile_details_pending: z.boolean(),
        password_update_pending: z.boolean(),
      }),
    }),
  }),
)

/** An answer that holds a session. */
export interface SessionAnswer {
  readonly session: SaferMeSession
}

/** The answer to a deletion: an empty object, or nothing. */
export const deletedAnswer: Schema<unknown> = agreeing(() => z.optional(z.looseObject({})))
