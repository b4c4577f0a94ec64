import { type RedisClient, redisStorage } from 'latchkey'
import { fakeClock } from 'latchkey/testing'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, it, onTestFinished } from 'vitest'
import { type PatientClock, patientClock } from '../fuzz/patient-clock.ts'
import { find } from '../programs.ts'
import { type RedisServer, startRedis } from '../redis.ts'
import { redisClients } from '../storage/redis-clients.ts'
import { indiscreet, keepAllSecrets } from './secrets-scenario.ts'

/** A client whose commands a clock waits for. */
function awaited(client: RedisClient, during: PatientClock['during']): RedisClient {
  const { eval: run } = client as { eval: (...command: unknown[]) => Promise<unknown> }
  return new Proxy(client, {
    get: (_, name) => {
      if (name === 'eval') return (...command: unknown[]) => during(() => run.apply(client, command))
      // It would make another one, that nobody waits for.
      return name === 'withAbortSignal' ? undefined : Reflect.get(client, name)
    },
  })
}

/** Closes it, whatever it may still want to send. */
function hangUp(client: RedisClient): void {
  const { destroy, disconnect } = client as Partial<Record<'destroy' | 'disconnect', () => void>>
  ;(destroy ?? disconnect)?.call(client)
}

describe.skipIf(!find('redis-server'))('no secret shows, of any API, over a redis-server', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis?.stop())

  describe.each(redisClients)('and %s', (_, connect) => {
    const setUp = async () => {
      const { client } = await connect(redis.url)
      onTestFinished(() => hangUp(client))
      return (api: string) => {
        const { clock, during, giveUp } = patientClock(fakeClock())
        const storage = redisStorage(awaited(client, during), {
          clock,
          prefix: `${crypto.randomUUID()} ${api}:`,
        })
        return { clock, storage, breakDown: giveUp }
      }
    }

    it('where every error quotes what the storage holds', async () => {
      const homeOf = await setUp()
      await keepAllSecrets((api) => {
        const { clock, storage } = homeOf(api)
        return { clock, ...indiscreet(storage) }
      })
    })

    it('where it has no room', async () => {
      const admin = await createClient({ url: redis.url }).connect()
      onTestFinished(async () => {
        await admin.configSet('maxmemory', '0')
        admin.destroy()
      })
      const homeOf = await setUp()
      await keepAllSecrets(
        (api) => ({ ...homeOf(api), breakDown: () => {} }),
        () => admin.configSet('maxmemory', '1'),
      )
    })

    it('where it is gone', async () => {
      onTestFinished(redis.start)
      await keepAllSecrets(await setUp(), redis.kill)
    })
  })
})
