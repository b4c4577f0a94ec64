import { ResponseValidationError } from '../../errors/response-validation-error.ts'
import type { CallOptions } from '../../http/http-client.ts'
import type { ClerkConnection } from './connection.ts'
import { createSessionToken, createSessionTokenWithTemplate } from './endpoints.ts'
import { isExpiredTokenWanted } from './errors.ts'
import type { ClerkTokenKey } from './session-token.ts'
import type { ClerkToken } from './types.ts'

/**
 * Asks Clerk for a session token. An answer without one is worth a second try, and so is a server that wants to
 * see the last token first.
 *
 * @param last tells the token that the new one replaces
 * @throws {ClerkApiError | ResponseValidationError} There is none to be had.
 */
export async function mint(
  connection: ClerkConnection,
  { session, template, organization }: ClerkTokenKey,
  last: () => string | undefined,
  options?: CallOptions,
): Promise<ClerkToken> {
  const send = (expired_token?: string): Promise<ClerkToken> =>
    template === undefined
      ? connection.send(
          createSessionToken,
          { session_id: session, organization_id: organization, expired_token },
          options,
        )
      : connection.send(
          createSessionTokenWithTemplate,
          { session_id: session, template_name: template, expired_token },
          options,
        )
  let repeatable = connection.retries
  for (let expired: string | undefined; ; ) {
    try {
      return await send(expired)
    } catch (error) {
      if (repeatable && error instanceof ResponseValidationError) repeatable = false
      else if (!expired && isExpiredTokenWanted(error) && last()) expired = last()
      else throw error
    }
  }
}
