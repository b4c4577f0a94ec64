import { describe, expect, it } from 'vitest'
import { StorageError } from '../../src/errors/storage-error.ts'
import { LEASE_MS } from '../../src/storage/leased-lock.ts'
import { HOLD_BOUND_MS } from '../../src/storage/process-lock.ts'
import type { Clock } from '../../src/support/clock.ts'
import { sleep } from '../../src/support/timer.ts'
import { fakeClock } from '../../src/testing/index.ts'
import { failure, holding, leaseOn, NEVER, processOf, SECOND_MS, WAIT_MS, world } from './leased-world.ts'

describe('a lock with a lease, once it is held', () => {
  it('is kept for a task that takes longer than a lease', async () => {
    const { clock, process } = world()
    const first = holding(clock)
    const second = holding(clock)
    const held = process()(first.task)
    const waiting = process()(second.task)
    await clock.advance(2 * LEASE_MS)
    expect([first.lost, second.began]).toEqual([false, false])
    first.end()
    await clock.advance(SECOND_MS)
    expect(second.began).toBe(true)
    second.end()
    expect(await clock.until(Promise.all([held, waiting]))).toEqual(['done', 'done'])
    expect(clock.pending).toBe(0)
  })

  it('tells a process that slept over its lease when it wakes, and leaves what is another’s alone', async () => {
    const { clock, server, process } = world()
    const own = fakeClock()
    const sleeper = holding(own)
    const asleep = processOf(own, server.lease)(sleeper.task)
    await own.advance(0)
    expect(sleeper.began).toBe(true)
    const other = holding(clock)
    const awake = process()(other.task)
    await clock.advance(2 * LEASE_MS)
    expect([other.began, sleeper.lost]).toEqual([true, false])
    const next = server.holder
    await own.advance(2 * LEASE_MS)
    expect(sleeper.lost).toBe(true)
    expect(sleeper.lostAt).toBeLessThanOrEqual(LEASE_MS / 4)
    sleeper.end()
    await own.until(asleep)
    expect([server.holder, other.lost]).toEqual([next, false])
    other.end()
    await clock.until(awake)
  })

  it('knows that it is lost without being told, where nobody answers', async () => {
    const { clock, server } = world()
    for (const keep of [() => NEVER, () => Promise.reject(new Error('gone'))]) {
      const run = processOf(clock, { ...server.lease, keep })
      const holder = holding(clock)
      const began = clock.monotonic()
      const held = run(holder.task)
      await clock.advance(LEASE_MS - 1)
      expect(holder.lost).toBe(false)
      await clock.advance(1)
      expect(holder.lost).toBe(true)
      expect(holder.lostAt).toBe(began + LEASE_MS)
      expect(holder.reason).toBeInstanceOf(StorageError)
      expect(holder.reason).toMatchObject({ failure: 'locked' })
      holder.end()
      expect(await clock.until(held)).toBe('done')
      expect(clock.pending).toBe(0)
    }
  })

  it('counts the lease from before it asked, not from when it was told', async () => {
    for (const slow of ['take', 'keep'] as const) {
      const { clock, server } = world()
      let renewals = 0
      const late = async (answer: Promise<boolean>) => {
        await sleep(clock, 1.5 * SECOND_MS)
        return answer
      }
      const run = processOf(clock, {
        ...server.lease,
        take: (owner, leaseMs) => late(server.lease.take(owner, leaseMs)),
        keep: (owner, leaseMs) =>
          slow === 'keep' && renewals++ === 0 ? late(server.lease.keep(owner, leaseMs)) : NEVER,
      })
      const holder = holding(clock)
      const held = run(holder.task)
      await clock.advance(2 * LEASE_MS)
      const asked = slow === 'take' ? 0 : 1.5 * SECOND_MS + LEASE_MS / 4
      expect([holder.lost, holder.lostAt]).toEqual([true, asked + LEASE_MS])
      holder.end()
      await clock.until(held)
    }
  })

  it('outlives renewals that fail for less than a lease', async () => {
    const { clock, server } = world()
    let down = true
    const run = processOf(clock, {
      ...server.lease,
      keep: (owner, leaseMs) =>
        down ? Promise.reject(new Error('gone')) : server.lease.keep(owner, leaseMs),
    })
    const holder = holding(clock)
    const held = run(holder.task)
    await clock.advance(LEASE_MS - 2 * SECOND_MS)
    down = false
    await clock.advance(LEASE_MS)
    expect([holder.lost, server.holder]).toEqual([false, expect.any(String)])
    holder.end()
    await clock.until(held)
    expect(server.holder).toBeUndefined()
  })

  it('goes to somebody else when it has been held for too long, and the task runs on', async () => {
    const { clock, server, process } = world()
    const greedy = holding(clock)
    const held = process()(greedy.task)
    await clock.advance(HOLD_BOUND_MS - 1)
    expect([greedy.lost, server.holder]).toEqual([false, expect.any(String)])
    await clock.advance(1)
    expect([greedy.lost, server.holder]).toEqual([true, undefined])
    await clock.until(process()(async () => {}))
    greedy.end()
    expect(await clock.until(held)).toBe('done')
    expect(clock.pending).toBe(0)
  })

  it('hears of its loss within a quarter of a lease', async () => {
    const { clock, server, process } = world()
    const holder = holding(clock)
    const held = process()(holder.task)
    await clock.advance(SECOND_MS)
    await server.lease.release(server.holder ?? '')
    await server.lease.take('thief', WAIT_MS)
    await clock.advance(LEASE_MS / 4)
    expect(holder.lost).toBe(true)
    holder.end()
    await clock.until(held)
    expect(server.holder).toBe('thief')
  })

  it('settles with its task, whatever becomes of giving it back', async () => {
    const { clock, server } = world()
    const wrong = new Error('the task failed')
    for (const release of [() => NEVER, () => Promise.reject(new Error('gone'))]) {
      const fresh = leaseOn(clock)
      const run = () => processOf(clock, { ...fresh.lease, release })
      expect(await clock.until(run()(async () => 'answer'))).toBe('answer')
      await clock.advance(LEASE_MS)
      expect(await clock.until(failure(run()(() => Promise.reject(wrong))))).toBe(wrong)
    }
    expect(server.holder).toBeUndefined()
  })

  it('is renewed no more once it has been given back, also in the middle of a renewal', async () => {
    const { clock, server } = world()
    let renewals = 0
    const holder = holding(clock)
    const held = processOf(clock, {
      ...server.lease,
      keep: async () => {
        renewals++
        holder.end()
        await sleep(clock, SECOND_MS)
        throw new Error('Nobody answers')
      },
    })(holder.task)
    await clock.advance(LEASE_MS)
    expect(await held).toBe('done')
    expect([renewals, clock.pending, holder.lost]).toEqual([1, 0, false])
  })

  it('keeps no process alive while it is held, however often it is renewed', async () => {
    const { clock, server } = world()
    const keeping = new Set<unknown>()
    const watched: Clock = {
      ...clock,
      setTimeout: (callback, milliseconds) => {
        const handle = clock.setTimeout(() => {
          keeping.delete(handle)
          callback()
        }, milliseconds) as { unref: () => unknown }
        keeping.add(handle)
        handle.unref = () => keeping.delete(handle)
        return handle
      },
      clearTimeout: (handle) => {
        keeping.delete(handle)
        clock.clearTimeout(handle)
      },
    }
    const ending = new AbortController()
    const task = () =>
      new Promise<void>((resolve) => ending.signal.addEventListener('abort', () => resolve()))
    const held = processOf(watched, server.lease)(task)
    for (const passed of [0, LEASE_MS]) {
      await clock.advance(passed)
      expect([clock.pending, keeping.size]).toEqual([4, 0])
    }
    ending.abort()
    await clock.until(held)
  })

  it('breaks nothing where it can not be given back after it was held for too long', async () => {
    const { clock, server } = world()
    const run = processOf(clock, { ...server.lease, release: () => Promise.reject(new Error('gone')) })
    const greedy = holding(clock)
    const held = run(greedy.task)
    await clock.advance(HOLD_BOUND_MS)
    greedy.end()
    expect(await clock.until(held)).toBe('done')
  })
})
