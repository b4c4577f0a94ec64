import * as z from 'zod/mini'
import type { Schema } from '../../support/schema.ts'
import { agreeing } from '../../support/schema-agreement.ts'
import { matching, sendable, whole } from '../../support/schemas.ts'
import type { ZelfCredentials, ZelfSession } from './types.ts'

/** What makes a session. */
export const credentials: Schema<ZelfCredentials> = agreeing(() =>
  z.object({ identifier: matching(/^.{1,1024}$/su) }),
)

/** An answer that holds a token. */
export interface TokenAnswer {
  readonly data: { readonly token: string; readonly expiresAt?: unknown; readonly activatedAt?: unknown }
}

/** The fields that a session is made of. */
export const tokenAnswer: Schema<TokenAnswer> = agreeing(() =>
  z.looseObject({
    data: z.looseObject({
      token: sendable,
      expiresAt: z.exactOptional(z.unknown()),
      activatedAt: z.exactOptional(z.unknown()),
    }),
  }),
)

/** A session in its envelope. */
export const sessionAnswer: Schema<SessionAnswer> = agreeing(() =>
  z.looseObject({
    data: z.looseObject({
      activatedAt: z.exactOptional(whole),
      expiresAt: z.exactOptional(whole),
    }),
  }),
)

/** An answer that holds a session. */
export interface SessionAnswer {
  readonly data: ZelfSession
}
