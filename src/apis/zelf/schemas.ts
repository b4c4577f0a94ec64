import * as z from 'zod/mini'
import type { Schema } from '../../support/schema.ts'
import { agreeing } from '../../support/schema-agreement.ts'
import type { ZelfCredentials, ZelfSession } from './types.ts'

const sendable = z.string().check(z.regex(/^[\x21-\x7e]+$/))

/** What makes a session. */
export const credentials: Schema<ZelfCredentials> = agreeing<ZelfCredentials>()(
  z.object({ identifier: z.string().check(z.minLength(1), z.maxLength(1024)) }),
)

/** An answer that holds a token. */
export interface TokenAnswer {
  readonly data: { readonly token: string; readonly expiresAt?: unknown; readonly activatedAt?: unknown }
}

/** The fields that a session is made of. */
export const tokenAnswer: Schema<TokenAnswer> = agreeing<TokenAnswer>()(
  z.looseObject({
    data: z.looseObject({
      token: sendable,
      expiresAt: z.exactOptional(z.unknown()),
      activatedAt: z.exactOptional(z.unknown()),
    }),
  }),
)

/** A session in its envelope. */
export const sessionAnswer: Schema<SessionAnswer> = agreeing<SessionAnswer>()(
  z.looseObject({
    data: z.looseObject({
      activatedAt: z.exactOptional(z.int()),
      expiresAt: z.exactOptional(z.int()),
    }),
  }),
)

/** An answer that holds a session. */
export interface SessionAnswer {
  readonly data: ZelfSession
}
