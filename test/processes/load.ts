import { expect } from 'vitest'
import type { TokenStorage } from '../../src/storage/token-storage.ts'
import { type FakeSaferMe, fakeSaferMe } from '../../src/testing/index.ts'
import { type Crew, hireCrew, type Told, type Worker } from './crew.ts'
import { type Ledger, ledgerOf } from './ledger.ts'
import { until } from './until.ts'
import type { Place } from './worker.ts'

const PROCESSES = 8
const TOKEN_LIFE_MS = 2000
/** No token is refreshed sooner than this after it was made. */
const SHORTEST_USE_MS = 1000
/** A mark that is older than two minutes is nobody's any more. */
const PENDING_IS_OLD_MS = 121_000
/** How long a fleet may need to be well again: a lease, and then some on a machine that has much to do. */
const RECOVERY_BOUND_MS = 60_000

/** A session that ended because the answer to its refresh was lost. */
interface Loss {
  readonly from: number
  readonly to: number
}

/** Eight processes that share a session, the server that they talk to, and what is known of both. */
export interface Load {
  readonly server: FakeSaferMe
  readonly ledger: Ledger
  readonly crew: Crew
  /** Has somebody sign in, and waits until all have the session. */
  signIn(): Promise<void>
  /** Waits until every process has had an answer since. Resolves with how long that took, in milliseconds. */
  recovered(): Promise<number>
  /** Lets time pass in which nothing happens, and sees that everything then goes as it should. */
  calm(milliseconds: number): Promise<void>
  /** The tokens that the server takes are in nobody's hands. */
  lost(): Promise<boolean>
  /** Lets the session end that was lost, and begins another. */
  replaceLost(): Promise<void>
  /** Sees that all that happened was as it should. */
  settle(): Promise<void>
  close(): Promise<void>
}

/**
 * @param storage the place, as the test itself sees it
 */
export async function startLoad(place: Place, storage: TokenStorage): Promise<Load> {
  const server = fakeSaferMe({ tokenLifeMs: TOKEN_LIFE_MS })
  const { url, close } = await server.listen()
  const ledger = ledgerOf(server)
  const crew = hireCrew(url, place)
  const key = `latchkey saferme ${url}/ com.thundermaps.saferme`
  const losses: Loss[] = []

  const since = (from: number, to: number, kind: Told['kind']) =>
    crew.told.filter((one) => one.kind === kind && one.at >= from && one.at <= to)
  const answered = (worker: Worker, from: number) =>
    crew.told.some(
      (one) => one.worker === worker && one.at >= from && one.kind === 'fetched' && one.status === 200,
    )
  const signedOut = (worker: Worker, from: number) =>
    crew.told.some(
      (one) =>
        one.worker === worker &&
        one.at >= from &&
        ((one.kind === 'event' && one.event === 'ended') ||
          (one.kind === 'failed' && one.code === 'no_session')),
    )
  const stored = async () => {
    const raw = await storage.read(key)
    const { tokens } = JSON.parse(raw ?? '{}') as { tokens?: { accessToken: string } | null }
    return tokens?.accessToken
  }

  const load: Load = {
    server,
    ledger,
    crew,
    signIn: async () => {
      const began = Date.now()
      crew.workers[0]?.order('sign in')
      await until('signing in', RECOVERY_BOUND_MS, () => since(began, Date.now(), 'signed in').length > 0)
      await load.recovered()
    },
    recovered: async () => {
      const began = Date.now()
      await until('an answer for everybody', RECOVERY_BOUND_MS, () =>
        crew.workers.every((worker) => answered(worker, began)),
      )
      return Date.now() - began
    },
    calm: async (milliseconds) => {
      await load.recovered()
      const from = Date.now()
      const before = { sent: ledger.sent.length, granted: server.refreshes }
      await until('a calm time', 2 * milliseconds, () => Date.now() >= from + milliseconds)
      const to = Date.now()
      const sent = ledger.sent.slice(before.sent).filter(({ status }) => status !== null)
      expect(since(from, to, 'failed').map((one) => one.kind === 'failed' && one.code)).toEqual([])
      const answers = since(from, to, 'fetched').map((one) => one.kind === 'fetched' && one.status)
      expect(answers.filter((status) => status !== 200)).toEqual([])
      expect(answers.length).toBeGreaterThan(PROCESSES)
      expect(new Set(sent.map(({ pair }) => pair)).size).toBe(sent.length)
      expect(sent.map(({ status }) => status)).toEqual(sent.map(() => 200))
      expect(sent.length).toBeGreaterThanOrEqual(1)
      const gaps = sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0))
      for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(SHORTEST_USE_MS - 50)
    },
    lost: async () => {
      const last = ledger.sent.findLast(({ status }) => status !== 401)
      if (crew.named(last?.worker ?? '')?.alive) return false
      return (await stored()) !== server.sessions.at(-1)?.accessToken
    },
    replaceLost: async () => {
      const from = Date.now()
      ledger.shift(PENDING_IS_OLD_MS)
      // Whoever has not heard of the end when another session begins would call it superseded.
      await until('the end of what was lost, for everybody', RECOVERY_BOUND_MS, () =>
        crew.workers.every((worker) => signedOut(worker, from)),
      )
      await load.signIn()
      losses.push({ from, to: Date.now() })
    },
    settle: async () => {
      for (const one of crew.told) {
        if (one.kind !== 'event' || one.event !== 'ended') continue
        const known = losses.some(({ from, to }) => from <= one.at && one.at <= to)
        expect([one.reason, known], `${one.worker.name} lost its session`).toEqual(['lost', true])
      }
      expect(server.count('createSession')).toBe(1 + losses.length)
      expect(server.sessions).toHaveLength(1 + losses.length)
      for (const { first, again } of ledger.repeated) {
        const sender = crew.named(first.worker)
        expect(sender?.wasOut(first.at, again.at), `${again.worker} sent what ${first.worker} had sent`).toBe(
          true,
        )
      }
      const granted = ledger.sent.filter(({ status }) => status === 200)
      expect(new Set(granted.map(({ pair }) => pair)).size).toBe(granted.length)
      const unanswered = ledger.sent.filter(({ status }) => status === null).length
      expect(server.refreshes).toBeGreaterThanOrEqual(granted.length)
      expect(server.refreshes).toBeLessThanOrEqual(granted.length + unanswered)
      const ends = await Promise.all(crew.workers.map((worker) => worker.end()))
      expect(ends).toEqual(ends.map(() => 0))
    },
    close: async () => {
      await crew.dismiss()
      await close()
    },
  }
  await Promise.all(Array.from({ length: PROCESSES }, () => crew.hire()))
  return load
}
