import { ConfigurationError } from '../errors/configuration-error.ts'
import { StorageError } from '../errors/storage-error.ts'
import type { MaybePromise } from '../support/maybe-promise.ts'

/** WebCrypto's key for AES-GCM. */
export type AesKey = Parameters<typeof crypto.subtle.encrypt>[1]

/** A key and its name. */
export interface EncryptionKey {
  /** Stands in the open in every record that the key has sealed: letters, digits, `-` and `_`. */
  readonly id: string
  /** An AES-GCM key that may encrypt and decrypt; decrypting is enough for a previous one. */
  readonly key: AesKey
}

/** What records are sealed with, and what they can be read with. */
export interface EncryptionKeys {
  /** Seals what is written. */
  readonly current: EncryptionKey
  /** Keys of earlier days: what they have sealed is read, and sealed with the current one when it is next written. */
  readonly previous?: readonly EncryptionKey[]
}

/** The keys themselves, or a function that fetches them. */
export type EncryptionKeySource = EncryptionKeys | (() => MaybePromise<EncryptionKeys>)

/** Keys that are fetched once, and again when they don't do: somebody else may have changed them meanwhile. */
export class KeyRing {
  readonly #source: EncryptionKeySource
  #held: EncryptionKeys | undefined
  #asking: Promise<EncryptionKeys> | undefined

  constructor(source: EncryptionKeySource) {
    this.#source = source
  }

  /** @throws {StorageError} The keys are not to be had. */
  async current(): Promise<EncryptionKey> {
    return (this.#held ?? (await this.#ask())).current
  }

  /**
   * The key of that id.
   *
   * @param unfit the one that does not do
   * @throws {StorageError} The keys are not to be had.
   */
  async find(id: string, unfit?: AesKey): Promise<AesKey | undefined> {
    const isFresh = !this.#held
    const held = among(this.#held ?? (await this.#ask()), id)
    if (isFresh || (held && held !== unfit)) return held
    return among(await this.#ask(), id)
  }

  #ask(): Promise<EncryptionKeys> {
    this.#asking ??= fetchKeys(this.#source)
      .then((keys) => {
        this.#held = keys
        return keys
      })
      .finally(() => {
        this.#asking = undefined
      })
    return this.#asking
  }
}

function all({ current, previous = [] }: EncryptionKeys): readonly EncryptionKey[] {
  return [current, ...previous]
}

function among(keys: EncryptionKeys, wanted: string): AesKey | undefined {
  return all(keys).find(({ id }) => id === wanted)?.key
}

async function fetchKeys(source: EncryptionKeySource): Promise<EncryptionKeys> {
  const keys = await ask(source)
  const ids = all(keys).map(({ id }) => id)
  if (new Set(ids).size < ids.length || !ids.every((id) => /^[\w-]+$/.test(id))) {
    throw new ConfigurationError('Each encryption key needs an id of its own, of letters, digits, - and _')
  }
  return keys
}

async function ask(source: EncryptionKeySource): Promise<EncryptionKeys> {
  try {
    return await (typeof source === 'function' ? source() : source)
  } catch (error) {
    if (error instanceof StorageError || error instanceof ConfigurationError) throw error
    // What there is may be a session: it can't be told without the keys.
    throw new StorageError('unreadable', 'The keys of the token storage are not to be had')
  }
}
