import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { exclusiveInProcess, HOLD_BOUND_MS } from '../../src/storage/process-lock.ts'
import { fakeClock } from '../../src/testing/index.ts'
import { failure, holding, SECOND_MS, WAIT_MS } from './leased-world.ts'

const MANY = 50_000
/** Less than a line for each of them would take up. */
const LITTLE_BYTES = 2_000_000

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function heapInUse(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

function world() {
  const clock = fakeClock()
  const owner = {}
  type Task = Parameters<typeof exclusiveInProcess>[2]
  const enter = (task: Task, options: { waitMs?: number; signal?: AbortSignal; key?: string } = {}) => {
    const { key = 'key', ...how } = options
    return exclusiveInProcess(owner, key, task, { waitMs: WAIT_MS, ...how }, clock)
  }
  return { clock, enter }
}

describe('a lock in one process', () => {
  it('is lost after the hold bound, told of it, and goes to the next one alone', async () => {
    const { clock, enter } = world()
    const tasks = [holding(clock), holding(clock), holding(clock)] as const
    const calls = tasks.map(({ task }) => enter(task))
    await clock.advance(HOLD_BOUND_MS - 1)
    expect(tasks.map(({ began, lost }) => [began, lost])).toEqual([
      [true, false],
      [false, undefined],
      [false, undefined],
    ])
    await clock.advance(1)
    expect(tasks.map(({ began, lost }) => [began, lost])).toEqual([
      [true, true],
      [true, false],
      [false, undefined],
    ])
    expect(tasks[0].reason).toMatchObject({ code: 'storage', failure: 'locked' })
    tasks[0].end()
    expect(await calls[0]).toBe('done')
    await clock.advance(0)
    expect([tasks[1].lost, tasks[2].began]).toEqual([false, false])
    tasks[1].end()
    await clock.advance(0)
    expect(tasks[2].began).toBe(true)
    tasks[2].end()
    await Promise.all(calls)
    expect(clock.pending).toBe(0)
  })

  it('lets nobody in beside its holder when somebody else has stopped waiting', async () => {
    const { clock, enter } = world()
    const [holder, impatient, next, last] = [holding(clock), holding(clock), holding(clock), holding(clock)]
    const leaving = new AbortController()
    const held = enter(holder.task)
    const given = [
      failure(enter(impatient.task, { waitMs: SECOND_MS })),
      failure(enter(impatient.task, { signal: leaving.signal })),
    ]
    const waited = enter(next.task)
    await clock.advance(SECOND_MS)
    leaving.abort(new Error('no longer wanted'))
    expect(await Promise.all(given)).toMatchObject([
      { code: 'storage', failure: 'locked' },
      { message: 'no longer wanted' },
    ])
    const newcomer = enter(last.task)
    await clock.advance(0)
    expect([holder.lost, next.began, last.began]).toEqual([false, false, false])
    holder.end()
    await held
    await clock.advance(0)
    expect([impatient.began, next.began, last.began]).toEqual([false, true, false])
    next.end()
    last.end()
    await Promise.all([waited, newcomer])
  })

  it('is kept by one who has it, when the time is over that it would have waited', async () => {
    const { clock, enter } = world()
    const [first, second, third] = [holding(clock), holding(clock), holding(clock)]
    const leaving = new AbortController()
    const before = enter(first.task)
    const held = enter(second.task, { waitMs: SECOND_MS, signal: leaving.signal })
    const waited = enter(third.task)
    first.end()
    await before
    await clock.advance(2 * SECOND_MS)
    leaving.abort()
    await clock.advance(0)
    expect([second.began, second.lost, third.began]).toEqual([true, false, false])
    second.end()
    expect(await held).toBe('done')
    third.end()
    await waited
  })

  it('is not entered by one who had given up before', async () => {
    const { enter } = world()
    const given = enter(async () => 'in', { signal: AbortSignal.abort(new Error('no longer wanted')) })
    expect(await failure(given)).toMatchObject({ message: 'no longer wanted' })
  })

  it('holds up nobody who wants another one', async () => {
    const { clock, enter } = world()
    const holder = holding(clock)
    const held = enter(holder.task)
    expect(await enter(async () => 'in', { key: 'another key', waitMs: 0 })).toBe('in')
    holder.end()
    await held
  })

  it('leaves nothing behind, however many there were', async () => {
    const { clock, enter } = world()
    const use = async (locks: number): Promise<void> => {
      for (let lock = 0; lock < locks; lock++) await enter(async () => {}, { key: `a key ${lock}` })
    }
    await use(MANY / 100)
    const before = heapInUse()
    await use(MANY)
    expect(heapInUse() - before).toBeLessThan(LITTLE_BYTES)
    expect(clock.pending).toBe(0)
  })
})
