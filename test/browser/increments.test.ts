import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chromium } from '../chromium.ts'
import { type Inside, inside, useSite } from './browser.ts'
import type { SharedKind } from './increments.page.ts'

const PAGES = 4
const TIMES = Number(process.env.INCREMENTS ?? 150)
const TEST_MS = 600_000

describe.skipIf(!chromium)('in chromium', () => {
  const site = useSite('increments.page.ts')

  const inPages = async (act: (page: Inside<typeof import('./increments.page.ts')>) => Promise<number>) => {
    const context = await site.browser.newContext()
    const opened: Page[] = []
    for (let page = 0; page < PAGES; page++) opened.push(await site.open(context))
    const pages = opened.map((page) => inside<typeof import('./increments.page.ts')>(page))
    const start = Date.now()
    const refused = await Promise.all(pages.map(act))
    const ms = Date.now() - start
    return { refused, ms, pages }
  }

  const kinds: readonly SharedKind[] = ['indexedDb', 'local']
  describe.each(kinds)('the %s storage', (kind) => {
    it(
      'loses no write that was made under the lock, and never finds another value than was read',
      async () => {
        const { refused, ms, pages } = await inPages((page) => page.increment(kind, TIMES))
        process.stdout.write(`${kind}: ${PAGES} x ${TIMES} locked increments in ${ms} ms\n`)
        expect(refused).toEqual(Array(PAGES).fill(0))
        expect(await pages[0]?.count(kind)).toBe(PAGES * TIMES)
      },
      TEST_MS,
    )

    it(
      'loses no write that was made without the lock',
      async () => {
        const { ms, refused, pages } = await inPages((page) => page.compete(kind, TIMES))
        process.stdout.write(
          `${kind}: ${PAGES} x ${TIMES} unlocked increments in ${ms} ms, refused ${refused}\n`,
        )
        expect(await pages[0]?.count(kind)).toBe(PAGES * TIMES)
      },
      TEST_MS,
    )
  })
})
