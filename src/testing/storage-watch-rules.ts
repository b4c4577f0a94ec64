import { systemClock } from '../support/clock.ts'
import { sleep } from '../support/timer.ts'
import { type Gate, gate, must, within } from './contract-case.ts'
import { turnEventLoop } from './event-loop.ts'
import type { StorageBench, StorageRules } from './storage-bench.ts'

const WRITE_EVERY_MS = 20

export const watchRules: StorageRules = {
  'a watcher hears what another instance writes': async (bench) => {
    const heard = gate()
    const stop = bench.storage.watch?.(bench.key, heard.open)
    if (!stop) return
    try {
      await writeUntil(heard, bench)
    } finally {
      stop()
    }
  },

  'a watcher that was stopped hears nothing more, and stopping it again stops no other': async (bench) => {
    const heard = gate()
    let heardAfterStop = false
    const stop = bench.storage.watch?.(bench.key, () => {
      heardAfterStop = true
    })
    stop?.()
    const stopOther = bench.storage.watch?.(bench.key, heard.open)
    stop?.()
    if (!stopOther) return
    try {
      await writeUntil(heard, bench)
      await turnEventLoop(2)
      must(!heardAfterStop, 'a watcher was called after it had been stopped')
    } finally {
      stopOther()
    }
  },
}

/** Writes until it is heard: a watcher may take a moment to begin listening, and polling ones look now and then. */
async function writeUntil(heard: Gate, { other, key, boundMs }: StorageBench): Promise<void> {
  let waiting = true
  const write = async (): Promise<void> => {
    while (waiting) {
      const before = await other.read(key)
      await other.replace(key, before, `${before ?? ''}.`)
      await Promise.race([heard.opened, sleep(systemClock, WRITE_EVERY_MS)])
    }
  }
  const writing = write()
  try {
    await within(Promise.race([heard.opened, writing]), boundMs, 'hearing of a write')
  } finally {
    waiting = false
    await writing
  }
}
