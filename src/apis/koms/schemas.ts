import * as z from 'zod/mini'
import type { Schema } from '../../support/schema.ts'
import { agreeing } from '../../support/schema-agreement.ts'
import { filled, holding, sendable } from '../../support/schemas.ts'
import type { KomsCredentials, KomsMessage, KomsSession, KomsUser } from './types.ts'

const seconds = () => z.number().check(holding((value) => value === value >>> 0))

/** A user's id: what kind it is, is not documented. */
const id = () =>
  z.unknown().check(holding((value) => /^(string|number)$/.test(typeof value))) as z.ZodMiniType<
    string | number
  >

/** What signs in or up. */
export const credentials: Schema<KomsCredentials> = agreeing(() =>
  z.object({ email: filled, password: filled }),
)

/** An answer that holds tokens. */
export interface TokenAnswer {
  readonly access_token: string
  readonly refresh_token: string
  readonly access_token_expires_in?: unknown
}

/** The fields that a session is made of. */
export const tokenAnswer: Schema<TokenAnswer> = agreeing(() =>
  z.looseObject({
    access_token: sendable,
    refresh_token: filled,
    access_token_expires_in: z.exactOptional(z.unknown()),
  }),
)

/** The time that is left. */
export const sessionAnswer: Schema<KomsSession> = agreeing(() =>
  z.looseObject({ access_token_expires_in: seconds() }),
)

/** A user. */
export const userAnswer: Schema<KomsUser> = agreeing(() => z.looseObject({ id: id(), email: z.string() }))

/** Words. */
export const messageAnswer: Schema<KomsMessage> = agreeing(() => z.looseObject({ message: z.string() }))
