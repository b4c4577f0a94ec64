import assert from 'node:assert/strict'
import { memoryStorage, SaferMeClient } from '../../../src/index.ts'
import { toldToChild } from '../child.ts'

/** Compiled code and caches grow to their size in the first rounds. */
const WARM_UP_ROUNDS = 500
/** What the size of a heap is uncertain by. */
const MOST_GROWTH_BYTES = 500_000

const ROUNDS_A_TURN = 10
const COLLECTIONS = 5

const [, rounds] = toldToChild()
const collect = (globalThis as { readonly gc?: () => void }).gc ?? assert.fail('node --expose-gc')
const storage = memoryStorage()
let tokens = 0

/** A server that remembers nothing: it is the client that is measured. */
async function answer(...sent: Parameters<typeof fetch>): Promise<Response> {
  if (new Request(...sent).method === 'DELETE') return Response.json({})
  return Response.json({
    session: {
      access_token: `access-${++tokens}`,
      refresh_token: `refresh-${tokens}`,
      token_expire_at: new Date(Date.now() + 3_600_000).toISOString(),
      app_bundle_id: 'app',
      branded_app_id: 1,
      profile: {
        user_id: 1,
        user_uuid: 'uuid',
        personal_account_option: false,
        consent_required: false,
        profile_details_pending: false,
        password_update_pending: false,
      },
    },
  })
}

const client = new SaferMeClient({ storage, fetch: answer })
client.session.subscribe(() => {})

async function round(): Promise<void> {
  await client.createSession({ email: 'ada@example.com', password: 'correct horse' })
  const stop = client.session.on('ended', () => {})
  await client.session.getAccessToken({ signal: new AbortController().signal })
  await client.deleteSession()
  stop()
}

/** Lets the platform do what it does between tasks: what hears of a collected object does so then. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function heapAfter(count: number): Promise<number> {
  for (let done = 0; done < count; done++) {
    await round()
    if (done % ROUNDS_A_TURN === 0) await turn()
  }
  for (let times = 0; times < COLLECTIONS; times++) {
    collect()
    await turn()
  }
  return process.memoryUsage().heapUsed
}

const before = await heapAfter(WARM_UP_ROUNDS)
const growth = (await heapAfter(rounds)) - before
assert.ok(growth < MOST_GROWTH_BYTES, `${growth} bytes more after ${rounds} rounds`)
process.stdout.write(String(rounds))
await client.session.close()
