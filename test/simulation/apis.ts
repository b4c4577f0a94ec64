import { sessionTokenPolicy } from '../../src/apis/clerk/protocol.ts'
import { KomsClient } from '../../src/apis/koms/client.ts'
import { komsProtocol } from '../../src/apis/koms/protocol.ts'
import { SaferMeClient } from '../../src/apis/saferme/client.ts'
import { saferMeProtocol } from '../../src/apis/saferme/protocol.ts'
import { ZelfClient } from '../../src/apis/zelf/client.ts'
import { zelfProtocol } from '../../src/apis/zelf/protocol.ts'
import type { SessionProtocol } from '../../src/client/protocol.ts'
import { ClerkSubject } from './clerk-subject.ts'
import { EngineSubject } from './engine-subject.ts'
import type { Kind } from './network.ts'
import type { ProtocolName } from './plan.ts'
import { clerkRules, komsRules, saferMeRules, zelfRules } from './server-rules.ts'
import type { SimApi } from './sim-client.ts'
import { type WholeClient, type WholeOptions, WholeSubject } from './whole-subject.ts'

const byPassword = (user: string): unknown => ({ email: user, password: 'secret' })

interface Facts {
  readonly baseUrl: string
  readonly protocol: SessionProtocol
  readonly credentials: (user: string) => unknown
  readonly rules: SimApi['rules']
  readonly path: string
  readonly kinds: Readonly<Partial<Record<string, Kind>>>
  readonly renews: SimApi['renews']
  readonly whole: (options: WholeOptions) => WholeClient
}

function apiOf({ baseUrl, protocol, credentials, rules, path, kinds, renews, whole }: Facts): SimApi {
  return {
    baseUrl,
    policy: protocol,
    rules,
    kindOf: (request, client) => {
      if (request.path !== path) return 'api'
      const kind = kinds[request.method] ?? 'api'
      return kind === 'create' && client.renewing !== undefined ? 'refresh' : kind
    },
    renews,
    describe: ({ headers, body }) =>
      [headers.get('authorization'), body && JSON.stringify(body)].filter(Boolean).join(' '),
    open: (client, world, home) => {
      const storage = world.storage.openFor(client, home)
      return world.plan.wholeClients
        ? new WholeSubject(client, world, storage, whole, credentials)
        : new EngineSubject({ client, world, storage, protocol, credentials })
    },
  }
}

const saferme = apiOf({
  baseUrl: 'https://saferme.test',
  protocol: saferMeProtocol('app') as SessionProtocol,
  credentials: byPassword,
  rules: saferMeRules,
  path: '/api/v4/session',
  kinds: { POST: 'create', PATCH: 'refresh', DELETE: 'revoke' },
  renews: ({ body }) => (body as { session: { access_token: string } }).session.access_token,
  whole: (options) => new SaferMeClient({ ...options, appBundleId: 'app' }),
})

const koms = apiOf({
  baseUrl: 'https://koms.test',
  protocol: komsProtocol('client') as SessionProtocol,
  credentials: byPassword,
  rules: komsRules,
  path: '/session',
  kinds: { POST: 'create', PUT: 'refresh', DELETE: 'revoke' },
  renews: ({ headers }) => headers.get('authorization')?.slice('Bearer '.length),
  whole: (options) => new KomsClient({ ...options, clientId: 'client' }),
})

const zelf = apiOf({
  baseUrl: 'https://zelf.test',
  protocol: zelfProtocol() as SessionProtocol<unknown, unknown, string> as SessionProtocol,
  credentials: (identifier) => ({ identifier }),
  rules: zelfRules,
  path: '/api/sessions',
  kinds: { POST: 'create' },
  renews: (_request, client) => client.renewing,
  whole: (options) => new ZelfClient(options),
})

const clerk: SimApi = {
  baseUrl: 'https://clerk.test/v1',
  policy: sessionTokenPolicy,
  rules: clerkRules,
  kindOf: ({ path }) => (path.endsWith('/tokens') ? 'refresh' : path.endsWith('/end') ? 'revoke' : 'api'),
  renews: () => undefined,
  describe: ({ headers, path }) => headers.get('authorization') ?? path,
  open: (client, world, home) => new ClerkSubject(client, world, world.storage.openFor(client, home)),
}

export const APIS: Readonly<Record<ProtocolName, SimApi>> = { saferme, koms, zelf, clerk }
