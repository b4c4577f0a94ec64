import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'redis'
import { describe, it } from 'vitest'
import { fileStorage } from '../../src/storage/file-storage.ts'
import { redisStorage } from '../../src/storage/redis-storage.ts'
import type { TokenStorage } from '../../src/storage/token-storage.ts'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import { find } from '../programs.ts'
import { startRedis } from '../redis.ts'
import { type Load, startLoad } from './load.ts'
import { chance, killedAfterAct, killedBeforeAct, stoppedAfterAct, troubledRedis } from './troubles.ts'
import type { Place } from './worker.ts'

const CALM_MS = 5000
const CHANCE_MS = 8000
const BOUND_MS = 240_000

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)
const say = (words: string): void => void process.stdout.write(`${words}\n`)

/** The life of a session that eight processes share, who are killed and stopped as they refresh it. */
async function life(
  place: Place,
  storage: TokenStorage,
  trouble?: (load: Load) => Promise<void>,
): Promise<void> {
  const load = await startLoad(place, storage)
  try {
    await load.signIn()
    await load.calm(CALM_MS)
    await chance(load, seededRandom(seed), CHANCE_MS)
    if (await load.lost()) await load.replaceLost()
    await load.recovered()
    await trouble?.(load)
    const waited = await killedBeforeAct(load)
    await stoppedAfterAct(load)
    await killedAfterAct(load)
    await load.calm(CALM_MS)
    await load.settle()
    const { ledger, server } = load
    say(
      `${place.kind}, seed ${seed}: ${server.count('api')} calls, ${server.refreshes} refreshes granted, ` +
        `${ledger.sent.length} sent, ${server.count('createSession') - 1} sessions lost, ${waited} ms without a dead holder’s lock`,
    )
  } finally {
    await load.close()
  }
}

describe(`a session that eight processes share (SEED=${seed} chooses the same victims again)`, () => {
  it.concurrent(
    'is refreshed once a lifetime, and lost only with an answer that died, in files',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'latchkey-load-'))
      try {
        await life({ kind: 'files', folder }, fileStorage(folder))
      } finally {
        await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
      }
    },
    BOUND_MS,
  )

  it.skipIf(!find('redis-server')).concurrent(
    'is refreshed once a lifetime, and lost only with an answer that died, in a redis-server that fails too',
    async () => {
      await using redis = await startRedis()
      const client = createClient({ url: redis.url }).on('error', () => {})
      await client.connect()
      try {
        const place = { kind: 'redis', url: redis.url } as const
        const storage = redisStorage(client)
        await life(place, storage, (load) => troubledRedis(load, redis, storage))
      } finally {
        client.destroy()
      }
    },
    BOUND_MS,
  )
})
