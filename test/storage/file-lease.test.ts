import { describe, expect, it } from 'vitest'
import { fileLease } from '../../src/storage/file-lease.ts'
import type { FileRegister } from '../../src/storage/file-register.ts'
import { LEASE_MS } from '../../src/storage/leased-lock.ts'
import { fakeClock } from '../../src/testing/index.ts'

const HOUR_MS = 3_600_000

/** A clock, a register that others share, and the leases of as many processes as a test wants. */
function world() {
  const clock = fakeClock()
  let value: string | null = null
  let beforeWrite = (): void => {}
  const register: FileRegister = {
    read: async () => value,
    replace: async (expected, next) => {
      beforeWrite()
      if (value !== expected) return false
      value = next
      return true
    },
    newest: async () => 0,
  }
  return {
    clock,
    lease: () => fileLease(register, clock),
    /** Has `act` happen once, between the next writer's reading and its writing. */
    between: (act: () => void) => {
      beforeWrite = () => {
        beforeWrite = () => {}
        act()
      }
    },
    write: (written: string) => {
      value = written
    },
    get written() {
      return value
    },
  }
}

describe('a lease in a file', () => {
  it('is one process’s until it is given back', async () => {
    const { lease } = world()
    expect(await lease().take('a', LEASE_MS)).toBe(true)
    expect(await lease().take('b', LEASE_MS)).toBe(false)
    await lease().release('a')
    expect(await lease().take('b', LEASE_MS)).toBe(true)
  })

  it('is one process’s of many that find it run out', async () => {
    const { clock, lease } = world()
    await lease().take('dead', LEASE_MS)
    await clock.advance(LEASE_MS)
    const taken = await Promise.all(['a', 'b', 'c', 'd'].map((owner) => lease().take(owner, LEASE_MS)))
    expect(taken.filter(Boolean)).toHaveLength(1)
  })

  it('is kept by whoever renews it', async () => {
    const { clock, lease } = world()
    const [holder, other] = [lease(), lease()]
    await holder.take('a', LEASE_MS)
    for (let renewal = 0; renewal < 8; renewal++) {
      await clock.advance(LEASE_MS / 2)
      expect(await holder.keep('a', LEASE_MS)).toBe(true)
      expect(await other.take('b', LEASE_MS)).toBe(false)
    }
  })

  it('is not renewed nor given back by whoever has lost it, not even just now', async () => {
    const { clock, lease, between, write } = world()
    const holder = lease()
    await holder.take('a', LEASE_MS)
    await clock.advance(LEASE_MS)
    const others = `${clock.now() + LEASE_MS} b`
    between(() => write(others))
    expect(await holder.keep('a', LEASE_MS)).toBe(false)
    expect(await holder.keep('a', LEASE_MS)).toBe(false)
    await holder.release('a')
    expect(await lease().keep('b', LEASE_MS)).toBe(true)
    expect(await lease().take('c', LEASE_MS)).toBe(false)
  })

  it('is given back even if it is renewed at the same moment', async () => {
    const { clock, lease, between, write } = world()
    const holder = lease()
    await holder.take('a', LEASE_MS)
    between(() => write(`${clock.now() + 2 * LEASE_MS} a`))
    await holder.release('a')
    expect(await lease().take('b', LEASE_MS)).toBe(true)
  })

  it('of a dead process runs out in time for whoever waits, also where the clock was set back', async () => {
    const { clock, lease } = world()
    await lease().take('dead', LEASE_MS)
    clock.setNow(clock.now() - HOUR_MS)
    const waiting = lease()
    expect(await waiting.take('b', LEASE_MS)).toBe(false)
    await clock.advance(LEASE_MS - 1)
    expect(await waiting.take('b', LEASE_MS)).toBe(false)
    await clock.advance(1)
    expect(await waiting.take('b', LEASE_MS)).toBe(true)
  })

  it('of a living process is respected where the clock was set back', async () => {
    const { clock, lease } = world()
    const [holder, waiting] = [lease(), lease()]
    await holder.take('a', LEASE_MS)
    clock.setNow(clock.now() - HOUR_MS)
    for (let renewal = 0; renewal < 12; renewal++) {
      expect(await waiting.take('b', LEASE_MS)).toBe(false)
      await clock.advance(LEASE_MS / 4)
      expect(await holder.keep('a', LEASE_MS)).toBe(true)
    }
  })

  it('that ends early, as the clock was set forward, is one process’s again as soon as the first renews it', async () => {
    const { clock, lease } = world()
    const holder = lease()
    await holder.take('a', LEASE_MS)
    clock.setNow(clock.now() + HOUR_MS)
    expect(await lease().take('b', LEASE_MS)).toBe(true)
    expect(await holder.keep('a', LEASE_MS)).toBe(false)
  })

  it('that nobody can read runs out too', async () => {
    const { clock, lease, write } = world()
    write('what is this')
    const waiting = lease()
    expect(await waiting.take('a', LEASE_MS)).toBe(false)
    await clock.advance(LEASE_MS)
    expect(await waiting.take('a', LEASE_MS)).toBe(true)
  })
})
