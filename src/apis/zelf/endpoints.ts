import type { Endpoint } from '../../http/endpoint.ts'
import type { Grant } from '../../session/protocol.ts'
import { readJwtTimes } from '../../support/jwt.ts'
import { credentials, sessionAnswer, tokenAnswer } from './schemas.ts'
import type { ZelfCredentials, ZelfSession } from './types.ts'

/** Makes a session for a device, or renews it. Its answer doesn't repeat the identifier. */
export const createSession: Endpoint<ZelfCredentials, Grant<ZelfSession>> = {
  operation: 'createSession',
  method: 'POST',
  path: '/api/sessions',
  input: credentials,
  write: ({ identifier }) => ({ json: { identifier } }),
  read: (answer) => {
    const { token, expiresAt, activatedAt } = answer.require(tokenAnswer).data
    return {
      tokens: {
        ...readJwtTimes(token),
        accessToken: token,
        ...(typeof expiresAt === 'number' && { expiresAt: expiresAt * 1000 }),
        ...(typeof activatedAt === 'number' && { issuedAt: activatedAt * 1000 }),
      },
      resource: () => {
        const { token, ...session } = answer.parse(sessionAnswer).data as ZelfSession & { token?: unknown }
        return session
      },
    }
  },
}
