import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileStorage } from 'latchkey'
import { fakeClock } from 'latchkey/testing'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { PLACES } from '../fuzz/places.ts'
import { VICTIMS } from '../fuzz/victims.ts'
import { indiscreet, keepSecrets } from './secrets-scenario.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-secrets-'))
})
// A file of a client that nobody waits for may yet come.
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }))

const STORAGES = [...Object.keys(PLACES), 'file']

describe.each(Object.keys(VICTIMS))('no secret of %s shows', (api) => {
  it.each(STORAGES)('whichever the storage, and whatever it does: %s', async (name) => {
    const place = PLACES[name]?.(fakeClock())
    const clock = place?.clock ?? fakeClock({ settleTurns: 200 })
    const storage = place?.storage ?? fileStorage(join(folder, api.replaceAll(' ', '-')), { clock })
    await keepSecrets(api, { clock, ...indiscreet(storage) })
  })
})
