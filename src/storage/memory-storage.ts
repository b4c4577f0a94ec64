import { type Clock, systemClock } from '../support/clock.ts'
import { guard } from '../support/emitter.ts'
import { exclusiveInProcess } from './process-lock.ts'
import type { TokenStorage } from './token-storage.ts'

/** Options of {@link memoryStorage}. */
export interface MemoryStorageOptions {
  /** What the lock's waits and hold bound run on. Default: the platform's clock. */
  readonly clock?: Clock
}

/**
 * Keeps tokens in memory: the default. Nothing outlives the process or the page.
 *
 * One instance may be handed to several clients: they then share its sessions, with a real lock and compare-and-set.
 */
export function memoryStorage({ clock = systemClock }: MemoryStorageOptions = {}): TokenStorage {
  const values = new Map<string, string>()
  const watchers = new Map<string, Set<() => void>>()
  return {
    reach: 'client',
    read: (key) => values.get(key) ?? null,
    replace: (key, expected, next) => {
      if ((values.get(key) ?? null) !== expected) return false
      values.set(key, next)
      for (const watcher of [...(watchers.get(key) ?? [])]) watcher()
      return true
    },
    exclusive: (key, task, options) => exclusiveInProcess(values, key, task, options, clock),
    watch: (key, changed) => {
      const watcher = guard(changed)
      const group = watchers.get(key) ?? new Set()
      watchers.set(key, group.add(watcher))
      return () => {
        if (group.delete(watcher) && group.size === 0) watchers.delete(key)
      }
    },
  }
}
