import type { TokenStorage } from '../storage/token-storage.ts'

/** What a rule is checked on: a storage, another over the same store, and a key that no other case uses. */
export interface StorageBench {
  readonly storage: TokenStorage
  readonly other: TokenStorage
  readonly key: string
  readonly boundMs: number
}

/** A rule by what it says: checks it, and throws if it is broken. */
export type StorageRules = Readonly<Record<string, (bench: StorageBench) => Promise<void>>>
