import * as z from 'zod/mini'

const time = z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text))))

/** What a program by hand would check of SaferMe's answer: the same fields as the client does. */
export const saferMeAnswer: { parse(value: unknown): unknown } = z.looseObject({
  session: z.looseObject({
    token_expire_at: time,
    app_bundle_id: z.string(),
    branded_app_id: z.int(),
    client_uuid: z.optional(z.nullable(z.string())),
    profile: z.looseObject({
      user_id: z.int(),
      preferred_team_id: z.optional(z.nullable(z.int())),
      user_uuid: z.string(),
      personal_account_option: z.boolean(),
      consent_required: z.boolean(),
      profile_details_pending: z.boolean(),
      password_update_pending: z.boolean(),
    }),
  }),
})
