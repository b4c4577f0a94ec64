import { indexedDbStorage, webStorage } from 'latchkey'
import { type FakeClock, fakeClock } from 'latchkey/testing'
import { ScopedStorage } from '../../src/storage/scoped-storage.ts'
import { type Home, indiscreet, keepAllSecrets } from '../client/secrets-scenario.ts'
import { patiently } from '../fuzz/patient-clock.ts'
import { fillUp } from './fill-up.ts'

const STORAGES = {
  indexedDb: (clock: FakeClock) => indexedDbStorage({ clock }),
  local: (clock: FakeClock) => webStorage('local', { clock }),
  session: (clock: FakeClock) => webStorage('session', { clock }),
} as const

export type SecretsStorage = keyof typeof STORAGES

/** Leaves a newer version of the database, as a newer program may: this one's is refused. */
function overtake(): Promise<void> {
  return new Promise((done, failed) => {
    const opening = indexedDB.open('latchkey', 2)
    opening.onerror = () => failed(opening.error)
    opening.onsuccess = () => {
      opening.result.close()
      done()
    }
  })
}

const TROUBLES = {
  indiscreet: () => {},
  full: fillUp,
  overtaken: overtake,
} as const

export type Trouble = keyof typeof TROUBLES

/** Lets clients of every API live through such trouble. Rejects if a secret shows. */
export function endure(kind: SecretsStorage, trouble: Trouble): Promise<void> {
  const homeOf = (api: string): Home => {
    const { clock, during, storage } = patiently(fakeClock(), STORAGES[kind])
    if (trouble !== 'indiscreet')
      return { clock, during, storage: new ScopedStorage(storage, api), breakDown: () => {} }
    const broken = indiscreet(storage)
    return { clock, during, storage: new ScopedStorage(broken.storage, api), breakDown: broken.breakDown }
  }
  return keepAllSecrets(homeOf, TROUBLES[trouble])
}
