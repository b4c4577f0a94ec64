import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { chromium } from '../chromium.ts'
import {
  ANSWERS,
  eventually,
  granted,
  press,
  sees,
  seesAll,
  signInAll,
  useVisits,
  VISIT_MS,
} from './playground-visit.ts'

/** Whether to take the pictures anew: `PICTURES=write npx vitest run test/examples/playground-pictures.test.ts`. */
const writes = process.env.PICTURES === 'write'

const SIZE = { width: 1280, height: 1090 }

const pictureOf = (scheme: string): URL => new URL(`../../docs/playground-${scheme}.png`, import.meta.url)

/** The width and height that a PNG says it has. */
function sizeOf(png: Buffer): { readonly width: number; readonly height: number } {
  expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n')
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) }
}

describe.skipIf(!chromium)('the pictures of the playground in the README', { timeout: VISIT_MS }, () => {
  const visiting = useVisits()

  it(
    'show a playground that is in use, in light and in dark',
    visiting({ tokenLifeMs: 6000 }, async (visit) => {
      const page = await visit.open()
      await page.setViewportSize(SIZE)
      await signInAll(page)
      const opening = visit.context.waitForEvent('page')
      await page.getByRole('link', { name: 'Open another tab' }).click()
      const other = await opening
      await seesAll(other, 'status', 'Signed in')
      await page.bringToFront()
      for (const tab of [page, other]) await tab.getByRole('switch', { name: 'Keep calling' }).click()
      await eventually(() => {
        for (const refreshes of Object.values(granted(visit.playground))) expect(refreshes).toBeGreaterThan(1)
      })
      await press(page, 'koms', '503 for ten seconds')
      await press(page, 'zelf', 'End')
      await sees(page, 'zelf', 'status', 'You signed out.')
      await sees(page, 'saferme', 'said', ANSWERS.saferme)

      for (const scheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
        const picture = await page.screenshot()
        expect(sizeOf(picture)).toEqual(SIZE)
        if (writes) writeFileSync(pictureOf(scheme), picture)
        expect(sizeOf(readFileSync(pictureOf(scheme)))).toEqual(SIZE)
      }
    }),
  )
})
