import * as z from 'zod/mini'
import type { Schema } from '../../support/schema.ts'
import { agreeing } from '../../support/schema-agreement.ts'
import { filled, holding, matching, oneOf } from '../../support/schemas.ts'
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

/** What stays one segment of a path, however it is read on its way. */
const segment = matching(/^(?!\.{1,2}$)[\w.-]+$/)
const organization = () => z.optional(z.nullable(filled))
const maybeFilled = () => z.optional(filled)

const forSession = <Shape extends z.core.$ZodShape>(shape: Shape) =>
  z.object({ session_id: segment, ...shape })

/** Which session. */
export const sessionInput: Schema<ForSession> = agreeing(() => forSession({}))

/** How a session is touched. */
export const touchInput: Schema<ForSession<ClerkTouchInput>> = agreeing(() =>
  forSession({
    active_organization_id: organization(),
    intent: z.optional(oneOf('focus', 'select_session', 'select_org')),
  }),
)

/** Which token. */
export const tokenInput: Schema<ForSession<ClerkTokenInput & TokenRenewal>> = agreeing(() =>
  forSession({ organization_id: organization(), expired_token: maybeFilled() }),
)

/** Which token of which template. */
export const templateInput: Schema<ForSession<TemplateInput>> = agreeing(() =>
  forSession({ template_name: segment, expired_token: maybeFilled() }),
)

/** How much to verify. */
export const reverificationInput: Schema<ForSession<ClerkReverificationInput>> = agreeing(() =>
  forSession({ level: oneOf('first_factor', 'second_factor', 'multi_factor') }),
)

/** How the first factor is prepared. */
export const prepareFirstFactorInput: Schema<ForSession<ClerkPrepareFirstFactorInput>> = agreeing(() => {
  const proof_token = maybeFilled()
  const uncoded = forSession({ strategy: oneOf('passkey', 'enterprise_sso'), proof_token })
  return byStrategy({
    email_code: forSession({ strategy: oneOf('email_code'), email_address_id: filled, proof_token }),
    phone_code: forSession({ strategy: oneOf('phone_code'), phone_number_id: filled, proof_token }),
    passkey: uncoded,
    enterprise_sso: uncoded,
  })
})

/** How the first factor is verified. */
export const attemptFirstFactorInput: Schema<ForSession<ClerkAttemptFirstFactorInput>> = agreeing(() => {
  const coded = forSession({ strategy: oneOf('email_code', 'phone_code'), code: filled })
  return byStrategy({
    email_code: coded,
    phone_code: coded,
    password: forSession({ strategy: oneOf('password'), password: filled }),
    passkey: forSession({
      strategy: oneOf('passkey'),
      public_key_credential: z.string().check(holding(isJsonObject)),
    }),
  })
})

/** How the second factor is prepared. */
export const prepareSecondFactorInput: Schema<ForSession<ClerkPrepareSecondFactorInput>> = agreeing(() =>
  forSession({
    strategy: oneOf('phone_code'),
    phone_number_id: maybeFilled(),
    proof_token: maybeFilled(),
  }),
)

/** How the second factor is verified. */
export const attemptSecondFactorInput: Schema<ForSession<ClerkAttemptSecondFactorInput>> = agreeing(() =>
  forSession({ strategy: oneOf('phone_code', 'totp', 'backup_code'), code: filled }),
)

/** The schema of the strategy that a value names; of a value that names none of them, one that says so. */
function byStrategy<Schemas extends Readonly<Record<string, z.ZodMiniType>>>(
  schemas: Schemas,
): Schema<z.infer<Schemas[keyof Schemas]>> {
  const nameless = forSession({ strategy: oneOf(...Object.keys(schemas)) })
  const schemaOf = (value: unknown): Schema<never> => {
    const strategy = String((value as { strategy?: unknown } | null | undefined)?.strategy)
    return (Object.hasOwn(schemas, strategy) ? schemas[strategy] : nameless) as Schema<never>
  }
  const validate = (value: unknown): ReturnType<Schema<never>['~standard']['validate']> =>
    schemaOf(value)['~standard'].validate(value)
  return { '~standard': { version: 1, vendor: 'latchkey', validate } }
}

/** `String(credential)` is an easy mistake to make, and says nothing. */
function isJsonObject(text: string): boolean {
  try {
    JSON.parse(text)
    return /^\s*\{/.test(text)
  } catch {
    return false
  }
}
