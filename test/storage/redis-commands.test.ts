import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../src/errors/configuration-error.ts'
import { StorageError } from '../../src/errors/storage-error.ts'
import type { NodeRedisClient } from '../../src/storage/redis-client.ts'
import { redisStorage } from '../../src/storage/redis-storage.ts'
import { fakeClock } from '../../src/testing/index.ts'

type Eval = NodeRedisClient['eval']

/** A storage that has made every kind of access to what `answer` stands for, and what came of each. */
async function everyAccess(answer: Eval) {
  const storage = redisStorage({ eval: answer }, { clock: fakeClock() })
  const outcome = (call: unknown) => Promise.resolve(call).catch((error: unknown) => error)
  const outcomes = [
    await outcome(storage.read('key')),
    await outcome(storage.replace('key', 'EXPECTED-SECRET', 'NEXT-SECRET')),
    await outcome(storage.exclusive('key', async () => 'held', { waitMs: 1000 })),
  ]
  storage.watch?.('key', () => {})()
  return outcomes
}

describe('what redisStorage asks of a client', () => {
  it('is a script on one key each time, which a cluster can run', async () => {
    const sent: Parameters<Eval>[] = []
    await everyAccess(async (script, options) => {
      sent.push([script, options])
      return 1
    })
    expect(new Set(sent.map(([script]) => script)).size).toBe(5)
    for (const [script, { keys }] of sent) {
      expect(keys).toHaveLength(1)
      for (const [call] of script.matchAll(/redis\.p?call\('(?!PUBLISH)\w+', [^,)]+/g))
        expect(call).toMatch(/, KEYS\[1\]$/)
    }
  })

  it('and how it failed, is told without what it was sent', async () => {
    for (const [fails, told] of [
      [() => Object.assign(new Error('ERR in NEXT-SECRET'), { command: { args: ['NEXT-SECRET'] } }), 'ERR'],
      [
        () => Object.assign(new Error('connect to redis://user:PASS-SECRET@host'), { code: 'ECONNREFUSED' }),
        'ECONNREFUSED',
      ],
      [() => new RangeError('of NEXT-SECRET'), 'RangeError'],
      [() => 'NEXT-SECRET', 'String'],
      [() => undefined, 'Object'],
    ] as const) {
      for (const error of await everyAccess(() => Promise.reject(fails()))) {
        expect(error).toBeInstanceOf(StorageError)
        expect(error).toMatchObject({
          failure: 'failed',
          message: expect.stringMatching(new RegExp(`: ${told}$`)),
        })
        expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('SECRET')
      }
    }
  })

  it('may be answered in strings, as clients can be told to', async () => {
    expect(await everyAccess(async () => '1')).toEqual(['1', true, 'held'])
    expect(await everyAccess(async () => Buffer.from('1'))).toEqual(['1', true, 'held'])
  })

  it('is not asked with a time to live that is none', () => {
    for (const timeToLiveMs of [0, -1, Number.NaN])
      expect(() => redisStorage({ eval: async () => null }, { timeToLiveMs })).toThrow(ConfigurationError)
  })
})
