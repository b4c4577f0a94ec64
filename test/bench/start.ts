import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { RIVALS_FOLDER, ROOT } from './bundle.ts'
import { RIVALS } from './rival.ts'
import type { Group, Row } from './row.ts'
import { Samples } from './sample.ts'

const run = promisify(execFile)
const ROUNDS = 15
const BARE = 'bare ky + zod/mini'

/** A stub to send to. */
const STUB = `const fetch = async (input, init) => {
  new Request(input, init)
  return Response.json(answer)
}
const answer = { session: { token_expire_at: '2126-01-01T00:00:00.000Z', app_bundle_id: 'app', branded_app_id: 1,
  profile: { user_id: 1, user_uuid: 'u', personal_account_option: false, consent_required: false,
    profile_details_pending: false, password_update_pending: false } } }
await new Response('{}').json()
await fetch('https://api.test')`

interface Program {
  readonly folder: string
  /** Imports, to `modules`. */
  readonly load: string
  /** Makes a client and sends a request. */
  readonly send: string
}

const PROGRAMS: Readonly<Record<string, Program>> = {
  [BARE]: {
    folder: ROOT,
    load: `const { default: ky } = await import('ky'); const z = await import('zod/mini')`,
    send: `const flag = z.boolean()
const schema = z.looseObject({ session: z.looseObject({ token_expire_at: z.string(), app_bundle_id: z.string(),
  branded_app_id: z.int(), profile: z.looseObject({ user_id: z.int(), user_uuid: z.string(),
    personal_account_option: flag, consent_required: flag, profile_details_pending: flag }) }) })
const hooks = { beforeRequest: [({ request }) => request.headers.set('authorization', 'Bearer token')] }
schema.parse(await ky.create({ fetch, hooks }).get('https://api.test/api/v4/session').json())`,
  },
  Latchkey: {
    folder: ROOT,
    load: `const { SaferMeClient } = await import('latchkey')`,
    send: `const client = new SaferMeClient({ fetch })
await client.session.adopt({ accessToken: 'token', refreshToken: 'other' })
await client.getSession()`,
  },
  [RIVALS['axios.ts']]: {
    folder: RIVALS_FOLDER,
    load: `const { default: axios } = await import('axios'); const { createAuthRefresh } = await import('axios-auth-refresh')`,
    send: `const client = axios.create({ adapter: 'fetch', env: { fetch } })
createAuthRefresh(client, async () => {})
await client.get('https://api.test/api/v4/session')`,
  },
  [RIVALS['supabase.ts']]: {
    folder: RIVALS_FOLDER,
    load: `const { AuthClient } = await import('@supabase/auth-js')`,
    send: `const client = new AuthClient({ url: 'https://api.test', fetch, autoRefreshToken: false })
await client.getSession()
await fetch('https://api.test/api/v4/session', { headers: { authorization: 'Bearer token' } })`,
  },
}

export const group: Group = {
  title: 'Start, in a fresh process of Node',
  chart: 'Processor time to the first answer, ms',
  about:
    "Processor time from the first import of the package as it is installed, and until a client was made and its first request over a stub was answered. The platform's own `fetch` classes are loaded before.",
  measure: async (): Promise<Row[]> => {
    const [imports, answers] = [new Samples(), new Samples()]
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [name, program] of Object.entries(PROGRAMS)) {
        const [imported, answered] = await start(program)
        // The first round warms the file system's cache.
        if (round === 0) continue
        imports.add(name, imported)
        answers.add(name, answered)
      }
    }
    const rows = (what: string, samples: Samples, inChart: boolean): Row[] =>
      Object.keys(PROGRAMS).map((name) => ({
        name: `${what}: ${name}`,
        unit: 'ms',
        samples: samples.of(name),
        ...(inChart && { bar: name }),
        ...(name === 'Latchkey' && { against: `${what}: ${BARE}`, within: 1.2 }),
      }))
    return [...rows('import', imports, false), ...rows('first answer', answers, true)]
  },
}

/** Milliseconds of processor time to the end of the import, and to the first answer. */
async function start({ folder, load, send }: Program): Promise<readonly [number, number]> {
  const code = `${STUB}
const before = process.cpuUsage()
const spent = () => { const { user, system } = process.cpuUsage(before); return (user + system) / 1000 }
${load}
const imported = spent()
${send}
console.log(JSON.stringify([imported, spent()]))
process.exit()`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: folder })
  return JSON.parse(stdout) as [number, number]
}
