import { saferMeProtocol } from '../../src/apis/saferme/protocol.ts'
import type { SessionContext } from '../../src/session/context.ts'
import { coolDownAfter } from '../../src/session/cool-down.ts'
import { KeepAlive } from '../../src/session/keep-alive.ts'
import type { CoolDown } from '../../src/session/record.ts'
import { systemClock } from '../../src/support/clock.ts'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import type { Group, Row } from './row.ts'

const CLIENTS = 1_000_000
const LIFE_MS = 3_600_000
const OUTAGE_MS = 600_000
const SEED = 1

/** How far the busiest second may stand out from the others in which there is anything to do. */
const MOST_OVER_MEAN = 1.3

/** A day on which the tokens of all were issued within a while. */
interface Day {
  /** How long it took to issue them, in milliseconds. */
  readonly issuedWithinMs: number
  /** When the server fails, in milliseconds after the first token was issued. */
  readonly outageAt?: number
  /** What chance there is: without jitter, none. */
  readonly random: () => number
}

export const group: Group = {
  title: `A herd of ${CLIENTS.toLocaleString('en')} clients`,
  about:
    "On paper: when each client's own timer and its own cool-down let it refresh, by the library's functions and SaferMe's rules, with tokens that live for an hour. The busiest second is held against the mean from the first refresh to the last. The outage begins a minute before the first refresh, lasts for ten, and everybody's refreshes fail in it.",
  measure: async (): Promise<Row[]> => {
    const random = seededRandom(SEED)
    const outageAt = LIFE_MS - 120_000
    return [
      ...rowsOf('same minute, no jitter', { issuedWithinMs: 60_000, random: () => 0 }),
      ...rowsOf('same minute', { issuedWithinMs: 60_000, random }),
      ...rowsOf('same second, no jitter', { issuedWithinMs: 1000, random: () => 0 }),
      ...rowsOf('same second', { issuedWithinMs: 1000, random }),
      ...rowsOf('same minute, outage, no jitter', { issuedWithinMs: 60_000, outageAt, random: () => 1 }),
      ...rowsOf('same minute, outage', { issuedWithinMs: 60_000, outageAt, random }),
      ...rowsOf('same second, outage, no jitter', { issuedWithinMs: 1000, outageAt, random: () => 1 }),
      ...rowsOf('same second, outage', { issuedWithinMs: 1000, outageAt, random }),
    ]
  },
}

function rowsOf(name: string, day: Day): Row[] {
  const seconds = live(day)
  const busy = [...seconds.entries()].filter(([, count]) => count > 0).map(([second]) => second)
  const span = Math.max(...busy) - Math.min(...busy) + 1
  const mean = `${name}: mean`
  const isHeld = name.startsWith('same minute') && !name.endsWith('no jitter')
  return [
    { name: mean, unit: '/s', samples: [CLIENTS / span] },
    {
      name: `${name}: peak`,
      unit: '/s',
      samples: [Math.max(...seconds)],
      against: mean,
      ...(isHeld && { within: MOST_OVER_MEAN }),
    },
  ]
}

/** How many refreshes succeed in each second. */
function live({ issuedWithinMs, outageAt = Infinity, random }: Day): Uint32Array {
  const clock = { ...systemClock, random }
  const seconds = new Uint32Array((LIFE_MS + OUTAGE_MS + 600_000) / 1000)
  for (let client = 0; client < CLIENTS; client++) {
    const issuedAt = (client / CLIENTS) * issuedWithinMs
    const timer = new Timer(issuedAt, random)
    let now = timer.next(issuedAt)
    for (let failures = 1; now >= outageAt && now < outageAt + OUTAGE_MS; failures++) {
      timer.failed(now + coolDownAfter(failures, undefined, clock))
      now = timer.next(now)
    }
    const second = Math.floor(now / 1000)
    seconds[second] = (seconds[second] ?? 0) + 1
  }
  return seconds
}

/** One client's `KeepAlive`, on a clock that only notes what it is asked for. */
class Timer {
  #now = 0
  #delay = 0
  #coolDown: CoolDown | null = null
  readonly #keepAlive: KeepAlive

  constructor(issuedAt: number, random: () => number) {
    const tokens = { accessToken: '', extra: undefined, issuedAt, expiresAt: issuedAt + LIFE_MS }
    const coolDown = (): CoolDown | null => this.#coolDown
    const now = (): number => this.#now
    const context = {
      state: {
        record: {
          tokens,
          get coolDown() {
            return coolDown()
          },
        },
      },
      backend: saferMeProtocol('app'),
      clock: {
        now,
        monotonic: now,
        random,
        setTimeout: (_: () => void, delay: number) => {
          this.#delay = delay
        },
        clearTimeout: () => {},
      },
      serverClock: { now },
      longestCoolDownMs: OUTAGE_MS,
    }
    this.#keepAlive = new KeepAlive(context as unknown as SessionContext, async () => {})
  }

  /** A refresh failed: the next is not before then. */
  failed(until: number): void {
    this.#coolDown = { since: this.#now, until }
  }

  /** When it looks again. */
  next(now: number): number {
    this.#now = now
    this.#keepAlive.schedule()
    return now + this.#delay
  }
}
