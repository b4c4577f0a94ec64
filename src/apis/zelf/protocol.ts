import type { Send, SessionProtocol } from '../../client/protocol.ts'
import type { Grant } from '../../session/protocol.ts'
import { createSession } from './endpoints.ts'
import { ZelfApiError } from './errors.ts'
import type { ZelfCredentials, ZelfSession } from './types.ts'

/** Zelf: one device token. To renew is to create again under the same identifier, and to end is to forget. */
export function zelfProtocol(): SessionProtocol<ZelfCredentials, ZelfSession, string> {
  const create = async (send: Send<string>, identifier: string): Promise<Grant<ZelfSession, string>> => {
    const { tokens, resource } = await send(createSession, { identifier })
    return { tokens: { ...tokens, extra: identifier }, resource }
  }
  return {
    name: 'zelf',
    refreshWindowMs: 30_000,
    early: 'serve',
    repeatable: true,
    authorize: ({ headers }, tokens) => {
      if (tokens) headers.set('authorization', `Bearer ${tokens.accessToken}`)
    },
    create: (send, { identifier }) => create(send, identifier),
    refresh: (send, { extra = '' }) => create(send, extra),
    judge: ({ status }, during) => {
      if (status === 400) return during === 'refresh' ? 'revoked' : 'fault'
      return 'transient'
    },
    toError: (failure) => new ZelfApiError(failure),
  }
}
