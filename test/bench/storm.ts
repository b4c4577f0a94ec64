import { systemClock } from 'latchkey'
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

/** So long before the storm our clients signed in, and so long their tokens are good, in milliseconds. */
const AGO_MS = 660_000
const GOOD_FOR_MS = 600_000

/** Signs in while the tokens are good, and lets the client's clock go on until they have run out. */
const connectOwnEarlier: Connect = async (api, tokens) => {
  let aheadMs = 0
  const clock = {
    ...systemClock,
    now: () => Date.now() + aheadMs,
    monotonic: () => performance.now() + aheadMs,
  }
  const client = await signedIn(api, { ...tokens, expiresAt: Date.now() + GOOD_FOR_MS }, clock)
  aheadMs = AGO_MS
  return () => client.getSession()
}

/** How a program is set up for each kind of weather. */
interface Connects {
  readonly fresh: Connect
  readonly expired: Connect
  /** It believes that its token is good, and hears from the server that it isn't: every call is sent twice. */
  readonly refused?: Connect
}

const OWN: Connects = { fresh: connectOwn, expired: connectOwnEarlier, refused: connectOwn }

interface Storm {
  readonly ms: number
  readonly refreshes: number
  readonly failed: number
}

export const group: Group = {
  title: `A storm: ${CALLS.toLocaleString('en')} calls at once`,
  chart: `Calls that fail, of ${CALLS.toLocaleString('en')} at once on an expired token`,
  about:
    'Their token has run out; the server takes each refresh token once. Every program is set up as its own documentation says. What each does is counted, and timed beside the same calls with a fresh token. Whoever doesn’t look at the time is told by the server, as our client is where its token is refused: then each call is sent twice.',
  measure: async (): Promise<Row[]> => {
    const own = await stormOf('Latchkey', OWN, true)
    const others: Row[] = []
    for (const file of STORMED) {
      const connect = await load(file)
      others.push(...(await stormOf(RIVALS[file], { fresh: connect, expired: connect }, false)))
    }
    return [...own, ...others]
  },
}

async function stormOf(name: string, { fresh, expired, refused }: Connects, held: boolean): Promise<Row[]> {
  const calm: Storm[] = []
  const late: Storm[] = []
  const sudden: Storm[] = []
  for (let round = 0; round <= (held ? ROUNDS.held : ROUNDS.other); round++) {
    calm.push(await storm(fresh, (api) => api.tokens))
    late.push(await storm(expired, (api) => api.expire()))
    if (refused) sudden.push(await storm(refused, (api) => api.expire()))
  }
  // The first round warms up.
  for (const storms of [calm, late, sudden]) storms.shift()
  const beside = { unit: 'ms', against: `${name}: with a fresh token` } as const
  const worst = [...late, ...sudden]
  return [
    { name: beside.against, unit: 'ms', samples: calm.map(({ ms }) => ms) },
    {
      name: `${name}: with an expired one`,
      samples: late.map(({ ms }) => ms),
      ...beside,
      ...(held && { within: 1.3 }),
    },
    ...(refused
      ? [{ name: `${name}: with one that is refused`, samples: sudden.map(({ ms }) => ms), ...beside }]
      : []),
    {
      name: `${name}: refreshes`,
      unit: '',
      samples: worst.map(({ refreshes }) => refreshes),
      ...(held && { limit: 1 }),
    },
    {
      name: `${name}: calls that failed`,
      unit: '',
      samples: worst.map(({ failed }) => failed),
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
