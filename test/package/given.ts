/** What examples in doc comments take for given: what belongs to the programs that they would stand in. */

import type { KeyValueStore, NodeRedisClient, TokenStorage } from 'latchkey'
import type { Driver, createStorage as unstorage } from 'unstorage'

/** As Next has it. */
interface CookieJar {
  get(name: string): { readonly name: string; readonly value: string } | undefined
  set(name: string, value: string, attributes: { readonly maxAge?: number; readonly path?: string }): unknown
}

/** As js-cookie has it. */
interface PageCookies {
  get(name: string): string | undefined
  set(name: string, value: string, attributes: { readonly expires?: number }): string | undefined
}

/** As Expo has it. */
interface SecureStorage {
  getItemAsync(key: string): Promise<string | null>
  setItemAsync(key: string, value: string): Promise<void>
  deleteItemAsync(key: string): Promise<void>
}

export declare const AsyncStorage: KeyValueStore
export declare const bytes: Uint8Array<ArrayBuffer>
export declare const Cookies: PageCookies
export declare const cookies: () => Promise<CookieJar>
export declare const createStorage: typeof unstorage
export declare const driver: Driver
export declare const inner: TokenStorage
export declare const it: (name: string, test: () => Promise<void>) => void
export declare const myStorage: () => TokenStorage
export declare const redis: NodeRedisClient
/** As Express has them. */
export declare const req: { readonly cookies: { readonly id: string; readonly [name: string]: string } }
export declare const res: { cookie(name: string, value: string, options: { maxAge?: number }): unknown }
export declare const SecureStore: SecureStorage
export declare const userId: string
