import type { Clock } from '../support/clock.ts'
import type { FileRegister } from './file-register.ts'
import type { Lease } from './leased-lock.ts'

/**
 * A lease in a file: its owner, and until when by the wall clock that the processes of a machine share. What one of
 * them writes is compared and set, so of several that find it run out, one takes it over, and nobody gives back
 * another's.
 *
 * Clocks are set. One that was set back makes a dead holder's time seem long: so whoever has looked at the same
 * writing for as long as a lease lasts takes that as its end too. One that was set forward ends a lease early: its
 * holder learns that when it next renews it.
 */
export function fileLease(register: FileRegister, clock: Clock): Lease {
  let seen: string | null = null
  let seenAt = 0
  const write = (expected: string | null, owner: string, leaseMs: number): Promise<boolean> =>
    register.replace(expected, `${clock.now() + leaseMs} ${owner}`)
  const isOver = (written: string, leaseMs: number): boolean => {
    if (written !== seen) {
      seen = written
      seenAt = clock.monotonic()
    }
    return Number.parseInt(written, 10) <= clock.now() || clock.monotonic() - seenAt >= leaseMs
  }
  /** Writes until it is written, or no longer `owner`'s. */
  const rewrite = async (owner: string, next: string, leaseMs: number): Promise<boolean> => {
    for (;;) {
      const written = await register.read()
      if (!written?.endsWith(` ${owner}`)) return false
      if (await write(written, next, leaseMs)) return true
    }
  }
  return {
    take: async (owner, leaseMs) => {
      const written = await register.read()
      if (written !== null && !isOver(written, leaseMs)) return false
      return write(written, owner, leaseMs)
    },
    keep: (owner, leaseMs) => rewrite(owner, owner, leaseMs),
    release: async (owner) => {
      await rewrite(owner, 'nobody', 0)
    },
  }
}
