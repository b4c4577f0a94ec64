import { RIVALS } from './rival.ts'

/** The smallest programs that sign somebody in, for what they weigh and how long they take to start. */

const CLIENTS = {
  SaferMe: 'new SaferMeClient({ storage })',
  Koms: "new KomsClient({ storage, baseUrl: 'https://koms.test', clientId: 'app' })",
  Zelf: 'new ZelfClient({ storage })',
  Clerk: "new ClerkClient({ storage, frontendApi: 'clerk.test' })",
} as const

/** An API that Latchkey knows. */
export type Api = keyof typeof CLIENTS
export const APIS: readonly Api[] = Object.keys(CLIENTS) as Api[]

/** A program that uses Latchkey's clients for these APIs. */
export function ownProgram(apis: readonly Api[], storage: 'memoryStorage' | 'indexedDbStorage'): string {
  const names = apis.map((api) => `${api}Client`).join(', ')
  return `import { ${names}, ${storage} } from 'latchkey'
const storage = ${storage}()
globalThis.clients = [${apis.map((api) => CLIENTS[api]).join(', ')}]`
}

/** What Latchkey depends on, and what its clients use of it. */
export const DEPENDENCIES_ALONE = `import ky from 'ky'
import mitt from 'mitt'
import pRetry from 'p-retry'
import * as z from 'zod/mini'
const time = z.string().check(z.refine((text) => text.length > 1), z.minLength(1), z.regex(/a/))
const schema = z.looseObject({ time, id: z.int(), flag: z.boolean(), name: z.optional(z.nullable(z.string())) })
globalThis.parts = [ky, mitt, pRetry, schema]`

/** Clerk's own program brings its sign-in pages: no bar would be seen beside its own. */
export const WITH_COMPONENTS = '@clerk/clerk-js, its components too'

/** The smallest program that makes a client of each rival's. */
export const RIVAL_PROGRAMS: Readonly<Record<string, string>> = {
  'ky alone': `import ky from 'ky'
globalThis.client = ky.create({ hooks: { beforeRequest: [] } })`,
  [RIVALS['axios.ts']]: `import axios from 'axios'
import { createAuthRefresh } from 'axios-auth-refresh'
globalThis.client = axios.create()
createAuthRefresh(client, () => client.post('/token'))`,
  [RIVALS['supabase.ts']]: `import { AuthClient } from '@supabase/auth-js'
globalThis.client = new AuthClient({ url: 'https://auth.test' })`,
  [RIVALS['oidc.ts']]: `import { UserManager } from 'oidc-client-ts'
globalThis.client = new UserManager({ authority: 'https://auth.test', client_id: 'app', redirect_uri: '/' })`,
  [RIVALS['auth0.ts']]: `import { createAuth0Client } from '@auth0/auth0-spa-js'
globalThis.client = createAuth0Client({ domain: 'auth.test', clientId: 'app' })`,
  [RIVALS['better-auth.ts']]: `import { createAuthClient } from 'better-auth/client'
globalThis.client = createAuthClient({ baseURL: 'https://auth.test' })`,
  [WITH_COMPONENTS]: `import { Clerk } from '@clerk/clerk-js/no-rhc'
globalThis.client = new Clerk('pk_test_Y2xlcmsuZXhhbXBsZS5jb20k')`,
}
