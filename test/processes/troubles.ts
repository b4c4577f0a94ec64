import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import { LEASE_MS } from '../../src/storage/leased-lock.ts'
import type { TokenStorage } from '../../src/storage/token-storage.ts'
import type { FakeSaferMe } from '../../src/testing/index.ts'
import type { RedisServer } from '../redis.ts'
import type { Worker } from './crew.ts'
import type { Load } from './load.ts'
import { until } from './until.ts'

const BEYOND_A_LEASE_MS: number = LEASE_MS + 2000
const REDIS_OUT_MS = 5000
const NEXT_REFRESH_BOUND_MS = 30_000

/** Processes are killed and stopped by chance, for about `milliseconds`, and killed ones replaced. */
export async function chance(load: Load, random: () => number, milliseconds: number): Promise<void> {
  const { crew } = load
  const end = Date.now() + milliseconds
  const resuming: Promise<void>[] = []
  while (Date.now() < end) {
    const awake = crew.workers.filter(({ stopped }) => !stopped)
    const victim = awake[Math.floor(random() * awake.length)]
    if (!victim) break
    if (random() < 0.5) {
      await victim.kill()
      await crew.hire()
    } else {
      victim.stop()
      resuming.push(pause(200 + 2000 * random()).then(victim.resume))
    }
    await pause(600 * random())
  }
  await Promise.all(resuming)
}

/** Waits for the next refresh, which meets `delay`, and answers who sent it. The server has not answered it yet. */
async function caught(load: Load, delay: Parameters<FakeSaferMe['fault']>[1]): Promise<Worker> {
  const { server, ledger, crew } = load
  const before = ledger.sent.length
  server.fault('refreshSession', delay)
  await until('the next refresh', NEXT_REFRESH_BOUND_MS, () => ledger.sent.length > before)
  const [sent] = ledger.sent.slice(before)
  const sender = crew.named(sent?.worker ?? '')
  if (!sender || sent?.status !== null) throw new Error('It was answered at once')
  return sender
}

/** A process dies after it has sent a refresh and before the server acts. Answers how long the others waited. */
export async function killedBeforeAct(load: Load): Promise<number> {
  const granted = load.server.refreshes
  const sender = await caught(load, { kind: 'delay', ms: 30_000, before: true })
  await sender.kill()
  const waited = await load.recovered()
  expect(load.server.refreshes).toBeGreaterThan(granted)
  await load.crew.hire()
  return waited
}

/** A process dies after the server has acted and before it could write the answer: that session is lost. */
export async function killedAfterAct(load: Load): Promise<void> {
  const granted = load.server.refreshes
  const sender = await caught(load, { kind: 'delay', ms: 30_000 })
  await sender.kill()
  expect(load.server.refreshes).toBe(granted + 1)
  expect(await load.lost()).toBe(true)
  await load.replaceLost()
  await load.crew.hire()
}

/**
 * A process is stopped after the server has acted, for longer than a lease: the answer waits for it. A bystander is
 * stopped too.
 */
export async function stoppedAfterAct(load: Load): Promise<void> {
  const sender = await caught(load, { kind: 'delay', ms: 500 })
  const stopped = [sender, ...load.crew.workers.filter((worker) => worker !== sender).slice(0, 1)]
  for (const worker of stopped) worker.stop()
  await pause(BEYOND_A_LEASE_MS)
  for (const worker of stopped) worker.resume()
  await load.recovered()
}

/**
 * Redis answers nothing for five seconds, then dies and is started again. What nobody would write once more is back
 * from its append-only file.
 */
export async function troubledRedis(load: Load, redis: RedisServer, storage: TokenStorage): Promise<void> {
  redis.freeze()
  await pause(REDIS_OUT_MS)
  redis.thaw()
  await load.recovered()
  expect(await storage.replace('a session of nobody', null, 'kept')).toBe(true)
  await redis.kill()
  await redis.start()
  expect(await storage.read('a session of nobody')).toBe('kept')
  await load.recovered()
}
