import { ConfigurationError } from '../errors/configuration-error.ts'
import { type Clock, systemClock } from '../support/clock.ts'
import { guard } from '../support/emitter.ts'
import { codeOf } from '../support/error-code.ts'
import { fileLease } from './file-lease.ts'
import { type FileRegister, fileRegister } from './file-register.ts'
import { fileError, nodeFiles } from './file-system.ts'
import { exclusiveByLease } from './leased-lock.ts'
import { poll } from './polling.ts'
import type { TokenStorage } from './token-storage.ts'

const POLL_MS = 1000
const WRITABLE_BY_OTHERS = 0o002

/** Options of {@link fileStorage}. */
export interface FileStorageOptions {
  /** How often a watched session is looked at, in milliseconds. Default: 1,000. */
  readonly pollMs?: number
  /** What leases, waits and polls run on. Default: the platform's clock. */
  readonly clock?: Clock
}

/** Keyed by path: two adapters over one folder share its locks. */
const homes = new Map<string, object>()

/**
 * Keeps tokens in a folder that the processes of one machine share: Node 22.3 and later, Bun and Deno.
 *
 * What is written is on the disk before it counts, and a process that dies at whatever point leaves the old value or
 * the new one. The folder, made at the first write, should be the storage's alone: it gets two folders for each
 * session, made so that only their owner can open them. Nothing in it is encrypted: `encryptedStorage` does that.
 *
 * - It wants a local file system with hard links. On one that machines share over a network, neither the lock nor
 *   compare-and-set is certain.
 * - The lock is a lease of 12 seconds. A process that dies while it refreshes makes the others wait for so long.
 * - Writing needs room for one more record than there is. On a full disk no refresh is sent that can't be repeated.
 * - Nothing is removed: an ended session leaves some hundred bytes.
 * - Leases run on the wall clock. Setting it forward by more than a lease while a refresh is under way lets another
 *   process in, for the 3 seconds until the first one learns of it.
 *
 * @param path the folder
 * @throws {ConfigurationError} From its methods: there are no files here, or everybody may write to the folder.
 * @throws {StorageError} From its methods. `unavailable`: the folder can't be used: it isn't ours, it is read-only, or
 * its file system has no links. `failed`: it could not be read or written this time, as when the disk is full.
 */
export function fileStorage(
  path: string,
  { pollMs = POLL_MS, clock = systemClock }: FileStorageOptions = {},
): TokenStorage {
  const open = async (kind: 'value' | 'lock', key: string): Promise<FileRegister> => {
    const { fs, resolve, digest, modes } = nodeFiles()
    const root = resolve(path)
    if (modes) {
      const { mode } = await fs.stat(root).catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return { mode: 0 }
        throw error
      })
      if (mode & WRITABLE_BY_OTHERS) {
        throw new ConfigurationError('Everybody may write to the folder of fileStorage: take one of your own')
      }
    }
    return fileRegister(fs, root, `${digest(JSON.stringify(key))}-${kind}`)
  }
  const at = (kind: 'value' | 'lock', key: string): FileRegister => {
    const access = async <T>(done: string, act: (register: FileRegister) => Promise<T>): Promise<T> => {
      try {
        return await act(await open(kind, key))
      } catch (error) {
        throw fileError(done, error)
      }
    }
    return {
      read: () => access('read', (register) => register.read()),
      replace: (expected, next) => access('written', (register) => register.replace(expected, next)),
      newest: () => access('read', (register) => register.newest()),
    }
  }
  const home = (): object => {
    const root = nodeFiles().resolve(path)
    const found = homes.get(root) ?? {}
    homes.set(root, found)
    return found
  }
  return {
    reach: 'machine',
    read: (key) => at('value', key).read(),
    replace: (key, expected, next) => at('value', key).replace(expected, next),
    exclusive: async (key, task, options) =>
      exclusiveByLease(home(), key, fileLease(at('lock', key), clock), task, options, clock),
    watch: (key, changed) => poll(clock, pollMs, at('value', key).newest, guard(changed)).stop,
  }
}
