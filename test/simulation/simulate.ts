import { ApiError } from '../../src/errors/api-error.ts'
import { TimeoutError } from '../../src/errors/timeout-error.ts'
import type { Call } from './ledger.ts'
import { Life } from './life.ts'
import type { SimClient } from './sim-client.ts'
import { type Trace, type Violation, World } from './world.ts'

/** By then every cool-down and every young mark is over, in milliseconds. */
const CALM_MS = 600_000
/**
 * What is asked at rest has been answered by then, in milliseconds: where clocks are off and the storage is slow, six
 * clients that take turns need more than ten seconds.
 */
const ANSWERED_MS = 20_000

/** A mark is young for so long, in milliseconds, and a refusal no proof of an end. */
const YOUNG_MS = 130_000

/**
 * So often it is waited for. Programs that sign in by themselves leave the server alone for up to an hour, and believe
 * a cool-down that seems so long because a clock was set back.
 */
const MOST_WAITS = 12

/** What a seed came to. */
export interface Run {
  readonly seed: number
  readonly steps: number
  readonly violations: readonly Violation[]
}

/** Makes the world of a seed, lets it live, and looks at it at rest. */
export async function simulate(seed: number, trace?: Trace): Promise<Run> {
  const world = new World(seed, trace)
  const hear = (error: unknown): void => world.break('leavesNoRejection', String(error))
  process.on('unhandledRejection', hear)
  const life = new Life(world)
  await life.begin()
  for (let round = 0; round < world.plan.rounds && !world.violations.length; round++) await life.round()
  if (!world.violations.length) await rest(world, life)
  process.off('unhandledRejection', hear)
  return { seed, steps: world.steps, violations: world.violations }
}

async function rest(world: World, life: Life): Promise<void> {
  world.calm()
  await world.pass(CALM_MS)
  for (const call of world.ledger.calls) world.check('isOver', call)
  const living = world.clients.filter(({ isLiving }) => isLiving)
  const ask = async (what: (client: SimClient) => void): Promise<readonly Call[]> => {
    const asked = world.ledger.calls.length
    for (const client of living) if (!world.violations.length) what(client)
    await world.pass(ANSWERED_MS)
    return world.ledger.calls.slice(asked)
  }
  // Whoever has fallen behind hands in what it has, and then sees what came of it. A client that doesn't know what
  // time it is learns that its token has run out from the server's refusal.
  const look = async (): Promise<void> => {
    await ask((client) => life.restore(client))
    await ask((client) => life.fetch(client))
  }
  await look()
  await world.pass(YOUNG_MS)
  await look()
  await ask((client) => life.restore(client))
  let statements = await ask((client) => life.token(client, ANSWERED_MS))
  for (let again = 0; again < MOST_WAITS && statements.some(({ result }) => isPassing(result)); again++) {
    // A mark that was set by a clock that is off may have come of age just now.
    await world.pass(2 * YOUNG_MS)
    await look()
    statements = await ask((client) => life.token(client, ANSWERED_MS))
  }
  if (world.violations.length) return
  for (const statement of statements) world.check('isOver', statement)
  world.check('isAgreed', statements)
  for (const statement of statements) {
    world.check('isAccepted', statement)
    world.check('isGone', statement)
  }
  for (const session of world.ledger.sessions) world.check('isRevoked', session)
  world.check('isThere', statements)
}

function isPassing(result: unknown): boolean {
  return result instanceof TimeoutError || result instanceof ApiError
}
