import { storageContract } from 'latchkey/testing'
import { beforeAll, describe, it } from 'vitest'
import { chromium } from '../chromium.ts'
import { type Inside, inside, useSite } from './browser.ts'
import type { OtherPlace, StorageKind } from './storages.page.ts'

const rules = storageContract(() => {
  throw new Error('Checked in the browser')
}).map(({ name }) => name)

const PLACES: Readonly<Record<StorageKind, readonly OtherPlace[]>> = {
  indexedDb: ['page', 'another page', 'frame', 'worker', 'shared worker', 'service worker'],
  local: ['page', 'another page', 'frame'],
  session: ['page', 'frame'],
}

const sharings = Object.entries(PLACES).flatMap(([kind, places]) =>
  places.map((place) => ({ kind: kind as StorageKind, place })),
)

describe.skipIf(!chromium)('in chromium', () => {
  const site = useSite('storages.page.ts')

  describe.each(sharings)(
    'the $kind storage keeps the contract between a page and a $place',
    ({ kind, place }) => {
      let page: Inside<typeof import('./storages.page.ts')>

      beforeAll(async () => {
        const context = await site.browser.newContext()
        page = inside(await site.open(context))
        if (place === 'another page') await (await context.newPage()).goto(`${site.url}/?host=${kind}`)
        return () => context.close()
      })

      it.each(rules)('%s', (rule) => page.check(kind, place, rule))
    },
  )
})
