import { indexedDbStorage, type TokenStorage } from 'latchkey'

/** Where all sessions are kept: every tab of the browser shares them. */
export const storage: TokenStorage = indexedDbStorage()
