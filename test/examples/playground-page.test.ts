import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chromium } from '../chromium.ts'
import { findFaint } from './playground-contrast.ts'
import { ANSWERS, eventually, panel, press, sees, signIn, useVisits, VISIT_MS } from './playground-visit.ts'

const MOST_STEPS = 40

/** Says what has the focus, and whether that can be seen. */
function focused(page: Page): Promise<{ readonly name: string; readonly outlined: boolean }> {
  return page.evaluate(() => {
    const element = document.activeElement
    const { outlineStyle, outlineWidth } = getComputedStyle(element ?? document.body)
    const label =
      element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : element?.textContent
    return { name: label ?? '', outlined: outlineStyle !== 'none' && outlineWidth !== '0px' }
  })
}

/** Goes on with the Tab key until `name` has the focus, which can be seen at every step. */
async function tabTo(page: Page, name: string, key = 'Tab'): Promise<void> {
  for (let step = 0; step < MOST_STEPS; step++) {
    await page.keyboard.press(key)
    const focus = await focused(page)
    if (focus.name !== '') expect(focus).toEqual({ name: focus.name, outlined: true })
    if (focus.name === name) return
  }
  throw new Error(`${name} can not be reached by keyboard`)
}

describe.skipIf(!chromium)('the page of the playground', { timeout: VISIT_MS }, () => {
  const visiting = useVisits()

  it.concurrent(
    'who has no mouse signs in, calls, puts a fault in and takes it back, and signs out',
    visiting({ tokenLifeMs: 60_000 }, async (visit) => {
      const page = await visit.open()
      await tabTo(page, 'Keep calling')
      for (const checked of [true, false]) {
        await page.keyboard.press('Space')
        await page.getByRole('switch', { checked }).waitFor()
      }
      await tabTo(page, 'Open another tab')
      await tabTo(page, 'Email')
      await tabTo(page, 'Password')
      await tabTo(page, 'Sign in')
      await page.keyboard.press('Enter')
      await sees(page, 'saferme', 'status', 'Signed in')
      await eventually(async () => expect((await focused(page)).name).toBe('Call'))
      await page.keyboard.press('Enter')
      await sees(page, 'saferme', 'said', ANSWERS.saferme)
      const clock = panel(page, 'saferme').getByRole('button', { name: 'Clock three hours off' })
      await tabTo(page, 'Clock three hours off')
      for (const pressed of ['true', 'false']) {
        await page.keyboard.press('Space')
        await eventually(async () => expect(await clock.getAttribute('aria-pressed')).toBe(pressed))
      }
      await tabTo(page, 'End', 'Shift+Tab')
      await page.keyboard.press('Enter')
      await sees(page, 'saferme', 'status', 'You signed out.')
      await eventually(async () => expect((await focused(page)).name).toBe('Sign in'))
      await page.locator('.log ol').focus()
      expect((await focused(page)).outlined).toBe(true)
    }),
  )

  it.concurrent(
    'what is written and drawn can be told from what is under it, in light and in dark',
    visiting({ tokenLifeMs: 60_000 }, async (visit) => {
      const page = await visit.open()
      await signIn(page, 'saferme')
      await signIn(page, 'zelf')
      await press(page, 'zelf', 'End')
      await sees(page, 'zelf', 'status', 'Ended')
      await press(page, 'clerk', '503 for ten seconds')
      await panel(page, 'clerk').locator('.left').waitFor()
      expect(await page.locator('.happening').count()).toBeGreaterThan(6)
      for (const [colorScheme, under] of [
        ['light', 'rgb(244, 245, 248)'],
        ['dark', 'rgb(14, 17, 22)'],
      ] as const) {
        await page.emulateMedia({ colorScheme })
        expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(under)
        expect(await page.evaluate(findFaint)).toEqual([])
      }
    }),
  )

  it.concurrent(
    'everything fits on a phone that is 360 pixels wide',
    visiting({ tokenLifeMs: 60_000 }, async (visit) => {
      const page = await visit.open()
      await page.setViewportSize({ width: 360, height: 740 })
      await signIn(page, 'saferme')
      const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth])
      expect(widths).toEqual([360, 360])
      const unfit = await page
        .locator('button, input, a')
        .evaluateAll((controls) =>
          controls
            .map((control) => control.getBoundingClientRect())
            .filter(({ width, height, right }) => width < 24 || Math.ceil(height) < 20 || right > 360),
        )
      expect(unfit).toEqual([])
    }),
  )

  it.concurrent(
    'what the policy forbids does not happen, and is heard of',
    visiting({ quiet: false }, async (visit) => {
      const response = await visit.context.request.get(visit.playground.url)
      const policy = response.headers()['content-security-policy'] ?? ''
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';")
      expect(policy).not.toMatch(/unsafe|\*|data:|blob:/)
      const page = await visit.open()
      await page.evaluate(() => document.body.setAttribute('style', 'opacity: 0.5'))
      await eventually(() => expect(visit.playground.violations).toHaveLength(1))
      expect(visit.playground.violations[0]).toContain('style-src')
      expect(await page.evaluate(() => getComputedStyle(document.body).opacity)).toBe('1')
      await expect(visit.expectQuiet()).rejects.toThrow()
    }),
  )
})
