import { type Call, type Connect, load, RIVALS, type RivalFile } from './rival.ts'
import type { Group, Row } from './row.ts'
import { signedIn } from './signed-in.ts'
import { type IssuedTokens, StubApi } from './stub-api.ts'

const CALLS = 10_000
/** Ours are timed against a limit, the others' for comparison. */
const ROUNDS = { held: 3, other: 1 }

/** better-auth leaves its sessions to the server: it has nothing to refresh. */
const STORMED = (Object.keys(RIVALS) as RivalFile[]).filter((file) => file !== 'better-auth.ts')

const connectOwn: Connect = async (api, tokens) => {
  const client = await signedIn(api, tokens)
  return () => client.getSession()
}

interface Storm {
  readonly ms: number
  readonly refreshes: number
  readonly failed: number
}

export const group: Group = {
  title: `A storm: ${CALLS.toLocaleString('en')} calls at once`,
  chart: `Calls that fail, of ${CALLS.toLocaleString('en')} at once on an expired token`,
  about:
    'Their token has run out; the server takes each refresh token once. Every program is set up as its own documentation says. What each does is counted, and timed beside the same calls with a fresh token.',
  measure: async (): Promise<Row[]> => {
    const own = await stormOf('Latchkey', connectOwn, true)
    const others: Row[] = []
    for (const file of STORMED) others.push(...(await stormOf(RIVALS[file], await load(file), false)))
    return [...own, ...others]
  },
}

async function stormOf(name: string, connect: Connect, held: boolean): Promise<Row[]> {
  const fresh: Storm[] = []
  const expired: Storm[] = []
  for (let round = 0; round <= (held ? ROUNDS.held : ROUNDS.other); round++) {
    fresh.push(await storm(connect, (api) => api.tokens))
    expired.push(await storm(connect, (api) => api.expire()))
  }
  // The first round warms up.
  fresh.shift()
  expired.shift()
  const calm = `${name}: with a fresh token`
  return [
    { name: calm, unit: 'ms', samples: fresh.map(({ ms }) => ms) },
    {
      name: `${name}: with an expired one`,
      unit: 'ms',
      samples: expired.map(({ ms }) => ms),
      against: calm,
      ...(held && { within: 1.3 }),
    },
    {
      name: `${name}: refreshes`,
      unit: '',
      samples: expired.map(({ refreshes }) => refreshes),
      ...(held && { limit: 1 }),
    },
    {
      name: `${name}: calls that failed`,
      unit: '',
      samples: expired.map(({ failed }) => failed),
      bar: name,
      ...(held && { limit: 0 }),
    },
  ]
}

async function storm(connect: Connect, tokensOf: (api: StubApi) => IssuedTokens): Promise<Storm> {
  const api = new StubApi()
  const call: Call = await connect(api, tokensOf(api))
  globalThis.gc?.()
  const started = performance.now()
  const outcomes = await Promise.allSettled(Array.from({ length: CALLS }, call))
  return {
    ms: performance.now() - started,
    refreshes: api.refreshes,
    failed: outcomes.filter(({ status }) => status === 'rejected').length,
  }
}
