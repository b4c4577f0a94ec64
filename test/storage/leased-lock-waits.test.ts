import { describe, expect, it } from 'vitest'
import { StorageError } from '../../src/errors/storage-error.ts'
import { LEASE_MS, type Lease } from '../../src/storage/leased-lock.ts'
import { sleep } from '../../src/support/timer.ts'
import { failure, holding, NEVER, processOf, SECOND_MS, WAIT_MS, world } from './leased-world.ts'

describe('waiting for a lock with a lease', () => {
  it('lets one process in at a time, and loses nobody', async () => {
    const { clock, process } = world()
    let running = 0
    let done = 0
    const task = async () => {
      expect(++running).toBe(1)
      await sleep(clock, 30)
      running--
      done++
    }
    const processes = [process(), process(), process(), process()]
    await clock.until(Promise.all(processes.flatMap((run) => [run(task), run(task), run(task)])))
    expect(done).toBe(12)
    expect(clock.pending).toBe(0)
  })

  it('lets the callers of one process in in their order, and asks for one of them at a time', async () => {
    const { clock, server } = world()
    let asking = 0
    const run = processOf(clock, {
      ...server.lease,
      take: async (owner, leaseMs) => {
        expect(++asking).toBe(1)
        await sleep(clock, 5)
        asking--
        return server.lease.take(owner, leaseMs)
      },
    })
    const order: number[] = []
    await clock.until(
      Promise.all(
        [1, 2, 3, 4].map((one) =>
          run(async () => {
            order.push(one)
          }),
        ),
      ),
    )
    expect(order).toEqual([1, 2, 3, 4])
  })

  it('waits for a process that died for as long as its lease, and little longer', async () => {
    const { clock, server, process } = world()
    await server.lease.take('dead', LEASE_MS)
    await clock.until(process()(async () => {}))
    expect(clock.monotonic()).toBeGreaterThanOrEqual(LEASE_MS)
    expect(clock.monotonic()).toBeLessThan(LEASE_MS + 500)
  })

  it('looks soon where the lock is held for a moment, and seldom where it is held for long', async () => {
    const { clock, server } = world()
    let asked = 0
    const lease: Lease = {
      ...server.lease,
      take: (owner, leaseMs) => {
        asked++
        return server.lease.take(owner, leaseMs)
      },
    }
    await server.lease.take('dead', 50)
    await clock.until(processOf(clock, lease)(async () => {}))
    expect(clock.monotonic()).toBeLessThan(120)
    asked = 0
    await server.lease.take('dead', 10 * SECOND_MS)
    await clock.until(processOf(clock, lease)(async () => {}))
    expect(asked).toBeLessThan(60)
  })

  it('is given up in time by whoever waits, also where nobody answers', async () => {
    const { clock, server } = world()
    await server.lease.take('dead', WAIT_MS)
    for (const lease of [server.lease, { ...server.lease, take: () => NEVER }]) {
      const run = processOf(clock, lease)
      const began = clock.monotonic()
      const error = await clock.until(failure(run(async () => expect.unreachable(), { waitMs: 5000 })))
      expect(error).toMatchObject({ code: 'storage', failure: 'locked' })
      expect(clock.monotonic() - began).toBe(5000)
      expect(clock.pending).toBe(0)
    }
  })

  it('counts the wait in the process’s own line too', async () => {
    const { clock, server, process } = world()
    const run = process()
    const began = clock.monotonic()
    const first = run(async () => {
      await sleep(clock, 2000)
      await server.lease.release(server.holder ?? '')
      await server.lease.take('dead', WAIT_MS)
    })
    const late = run(async () => expect.unreachable(), { waitMs: 3000 })
    expect(await clock.until(failure(late))).toMatchObject({ failure: 'locked' })
    expect(clock.monotonic() - began).toBe(3000)
    await first
  })

  it.each(['late', 'aborted'])('leaves no lock behind that came when the wait was over: %s', async (how) => {
    const { clock, server } = world()
    const run = processOf(clock, {
      ...server.lease,
      take: async (owner, leaseMs) => {
        await sleep(clock, 2000)
        return server.lease.take(owner, leaseMs)
      },
    })
    const giving = new AbortController()
    const why = new Error('no longer wanted')
    const wait = failure(run(async () => expect.unreachable(), { waitMs: 1000, signal: giving.signal }))
    await clock.advance(500)
    if (how === 'aborted') giving.abort(why)
    expect(await clock.until(wait)).toEqual(
      how === 'aborted' ? why : expect.objectContaining({ failure: 'locked' }),
    )
    await clock.advance(2000)
    expect(server.holder).toBeUndefined()
  })

  it('does not enter with a lease that may be over too soon, whether it was slow to come or the machine slept', async () => {
    for (const pass of ['real', 'asleep', 'asleep, and the clock was set back'] as const) {
      const { clock, server } = world()
      const delay = {
        real: () => sleep(clock, 3000),
        asleep: async () => clock.suspend(3000),
        'asleep, and the clock was set back': async () => clock.setNow(clock.now() - 3000),
      }[pass]
      let asked = 0
      const run = processOf(clock, {
        ...server.lease,
        take: async (owner, leaseMs) => {
          const taken = await server.lease.take(owner, leaseMs)
          if (asked++ === 0) await delay()
          return taken
        },
      })
      const holder = holding(clock)
      const held = run(holder.task)
      await clock.advance(pass === 'real' ? 3000 : 0)
      expect([holder.began, server.holder]).toEqual([false, undefined])
      await clock.advance(SECOND_MS)
      expect([holder.began, server.holder]).toEqual([true, expect.any(String)])
      holder.end()
      await clock.until(held)
    }
  })

  it('waits no longer for giving back such a lease either', async () => {
    const { clock, server } = world()
    const run = processOf(clock, {
      ...server.lease,
      take: async () => {
        await sleep(clock, 3000)
        return true
      },
      release: () => NEVER,
    })
    const wait = failure(run(async () => expect.unreachable(), { waitMs: 5000 }))
    expect(await clock.until(wait)).toMatchObject({ failure: 'locked' })
    expect(clock.monotonic()).toBe(5000)
  })

  it('stops asking as soon as the wait is aborted', async () => {
    const { clock, server, process } = world()
    await server.lease.take('dead', WAIT_MS)
    const giving = new AbortController()
    const why = new Error('no longer wanted')
    const wait = process()(async () => expect.unreachable(), { signal: giving.signal })
    await clock.advance(SECOND_MS)
    giving.abort(why)
    expect(await failure(wait)).toBe(why)
    expect(clock.pending).toBe(0)
  })

  it('says so when it can not be asked for', async () => {
    const { clock, server } = world()
    const gone = new StorageError('failed', 'no connection')
    const run = processOf(clock, { ...server.lease, take: () => Promise.reject(gone) })
    expect(await clock.until(failure(run(async () => expect.unreachable())))).toBe(gone)
    expect(clock.pending).toBe(0)
  })
})
