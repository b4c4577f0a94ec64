import type { TokenStorage } from '../storage/token-storage.ts'
import type { MaybePromise } from '../support/maybe-promise.ts'
import { type ContractCase, must } from './contract-case.ts'
import type { StorageRules } from './storage-bench.ts'
import { lockRules } from './storage-lock-rules.ts'
import { valueRules } from './storage-value-rules.ts'
import { watchRules } from './storage-watch-rules.ts'

const DEFAULT_BOUND_MS = 2_000
const REACHES: readonly string[] = ['request', 'client', 'tab', 'origin', 'machine', 'fleet']

/** A storage to be checked. */
export interface StorageUnderTest {
  readonly storage: TokenStorage
  /** A second instance over the same store, as another tab or process has it. Default: `storage` itself. */
  readonly other?: TokenStorage
  /** Clears up after a case, whether it passed or not. */
  dispose?(): MaybePromise<void>
}

/** Options of {@link storageContract}. */
export interface StorageContractOptions {
  /** How long a case waits for what should happen, in real milliseconds, before it fails. Default: 2,000. */
  readonly boundMs?: number
}

/**
 * Lists what every {@link TokenStorage} must do, as cases for any test runner.
 *
 * @param make makes the storage that a case is checked on; it is called once for each. Cases use keys of their own,
 * so one store may serve them all
 * @example
 * ```ts
 * for (const { name, run } of storageContract(() => ({ storage: myStorage(), other: myStorage() }))) it(name, run)
 * ```
 */
export function storageContract(
  make: () => MaybePromise<StorageUnderTest>,
  { boundMs = DEFAULT_BOUND_MS }: StorageContractOptions = {},
): readonly ContractCase[] {
  const rules: StorageRules = { ...valueRules, ...lockRules, ...watchRules, ...reachRules }
  return Object.entries(rules).map(([name, check]) => ({
    name,
    run: async () => {
      const made = await make()
      const { storage, other = storage } = made
      try {
        await check({ storage, other, key: freshKey(), boundMs })
      } finally {
        await made.dispose?.()
      }
    },
  }))
}

const reachRules: StorageRules = {
  'it says how far it is shared': async ({ storage, other }) => {
    must(REACHES.includes(storage.reach), `reach is none of ${REACHES.join(', ')}`)
    must(storage.reach === other.reach, 'two instances over one store differ in reach')
  },
}

function freshKey(): string {
  return `contract-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`
}
