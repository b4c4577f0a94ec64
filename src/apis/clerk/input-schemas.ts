import * as z from 'zod/mini'
import type { Schema } from '../../support/schema.ts'
import { agreeing } from '../../support/schema-agreement.ts'
import type {
  ClerkAttemptFirstFactorInput,
  ClerkAttemptSecondFactorInput,
  ClerkPrepareFirstFactorInput,
  ClerkPrepareSecondFactorInput,
  ClerkReverificationInput,
} from './reverification-types.ts'
import type { ClerkTokenInput, ClerkTouchInput } from './types.ts'

/** An input, and the session that it is for. */
export type ForSession<Input = unknown> = Input & {
  readonly session_id: string
}

/** What a token request may say besides. */
export interface TokenRenewal {
  /** The last token, where the server has asked for it with `missing_expired_token`. */
  readonly expired_token?: string | undefined
}

/** What a token of a JWT template is asked for with. */
export interface TemplateInput extends TokenRenewal {
  readonly template_name: string
}

const filled = z.string().check(z.minLength(1))
/** What stays one segment of a path, however it is read on its way. */
const segment = z.string().check(z.regex(/^(?!\.{1,2}$)[\w.-]+$/))
const organization = z.optional(z.nullable(filled))
const proof_token = z.optional(filled)
const expired_token = z.optional(filled)

const forSession = <Shape extends z.core.$ZodShape>(shape: Shape) =>
  z.object({ session_id: segment, ...shape })

/** Which session. */
export const sessionInput: Schema<ForSession> = agreeing<ForSession>()(forSession({}))

/** How a session is touched. */
export const touchInput: Schema<ForSession<ClerkTouchInput>> = agreeing<ForSession<ClerkTouchInput>>()(
  forSession({
    active_organization_id: organization,
    intent: z.optional(z.enum(['focus', 'select_session', 'select_org'])),
  }),
)

/** Which token. */
export const tokenInput: Schema<ForSession<ClerkTokenInput & TokenRenewal>> = agreeing<
  ForSession<ClerkTokenInput & TokenRenewal>
>()(forSession({ organization_id: organization, expired_token }))

/** Which token of which template. */
export const templateInput: Schema<ForSession<TemplateInput>> = agreeing<ForSession<TemplateInput>>()(
  forSession({ template_name: segment, expired_token }),
)

/** How much to verify. */
export const reverificationInput: Schema<ForSession<ClerkReverificationInput>> = agreeing<
  ForSession<ClerkReverificationInput>
>()(forSession({ level: z.enum(['first_factor', 'second_factor', 'multi_factor']) }))

/** How the first factor is prepared. */
export const prepareFirstFactorInput: Schema<ForSession<ClerkPrepareFirstFactorInput>> = agreeing<
  ForSession<ClerkPrepareFirstFactorInput>
>()(
  z.discriminatedUnion('strategy', [
    forSession({ strategy: z.literal('email_code'), email_address_id: filled, proof_token }),
    forSession({ strategy: z.literal('phone_code'), phone_number_id: filled, proof_token }),
    forSession({ strategy: z.literal(['passkey', 'enterprise_sso']), proof_token }),
  ]),
)

/** How the first factor is verified. */
export const attemptFirstFactorInput: Schema<ForSession<ClerkAttemptFirstFactorInput>> = agreeing<
  ForSession<ClerkAttemptFirstFactorInput>
>()(
  z.discriminatedUnion('strategy', [
    forSession({ strategy: z.literal(['email_code', 'phone_code']), code: filled }),
    forSession({ strategy: z.literal('password'), password: filled }),
    forSession({
      strategy: z.literal('passkey'),
      public_key_credential: z.string().check(z.refine(isJsonObject)),
    }),
  ]),
)

/** How the second factor is prepared. */
export const prepareSecondFactorInput: Schema<ForSession<ClerkPrepareSecondFactorInput>> = agreeing<
  ForSession<ClerkPrepareSecondFactorInput>
>()(forSession({ strategy: z.literal('phone_code'), phone_number_id: z.optional(filled), proof_token }))

/** How the second factor is verified. */
export const attemptSecondFactorInput: Schema<ForSession<ClerkAttemptSecondFactorInput>> = agreeing<
  ForSession<ClerkAttemptSecondFactorInput>
>()(forSession({ strategy: z.literal(['phone_code', 'totp', 'backup_code']), code: filled }))

/** `String(credential)` is an easy mistake to make, and says nothing. */
function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
