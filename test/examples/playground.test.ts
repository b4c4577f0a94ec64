import { describe, expect, it } from 'vitest'
import { API_NAMES } from '../../examples/playground/control.ts'
import { chromium } from '../chromium.ts'
import {
  ANSWERS,
  call,
  eventually,
  granted,
  logOf,
  outlivesAll,
  press,
  sees,
  seesAll,
  signInAll,
  useVisits,
  VISIT_MS,
} from './playground-visit.ts'

const ONE_EACH = { saferme: 1, koms: 1, zelf: 1, clerk: 1 }

describe.skipIf(!chromium)('the playground, as a newcomer walks through it', { timeout: VISIT_MS }, () => {
  const visiting = useVisits()

  it.concurrent(
    'a newcomer signs in to each API, outlives a token, and signs out, with nothing in the console',
    visiting({ tokenLifeMs: 8000 }, async (visit) => {
      const page = await visit.open()
      await seesAll(page, 'status', 'Signed out')
      await signInAll(page)
      await seesAll(page, 'status', 'Signed in')
      await seesAll(page, 'countdown', /^(\d+ s left|Token ran out)$/)
      expect(granted(visit.playground)).toEqual({ saferme: 0, koms: 0, zelf: 0, clerk: 0 })

      await outlivesAll(page)
      for (const api of API_NAMES) {
        await call(page, api)
        await sees(page, api, 'countdown', /^\d+ s left$/)
        await press(page, api, 'End')
        await sees(page, api, 'status', 'EndedYou signed out.')
        await sees(page, api, 'said', 'Signed out')
      }
      expect(granted(visit.playground)).toEqual(ONE_EACH)
      const { saferme, koms, clerk } = visit.playground.fakes
      expect([saferme.sessions, koms.sessions]).toEqual([[], []])
      expect(clerk.sessions.map(({ status }) => status)).toEqual(['ended'])

      const log = (await logOf(page)).filter(({ kind }) => kind !== 'request')
      for (const api of API_NAMES) {
        const kinds = log.filter((line) => line.api === api).map(({ kind }) => kind)
        expect(kinds).toEqual(['start', 'refresh', 'end'])
      }
      for (const kind of ['refresh', 'end'])
        expect(await page.locator(`.happening[data-kind=${kind}]`).count()).toBe(API_NAMES.length)
      expect(visit.refusals).toEqual([])
    }),
  )

  it.concurrent(
    'of two tabs one refreshes and the other adopts, and both see it',
    visiting({ tokenLifeMs: 15_000 }, async (visit) => {
      const page = await visit.open()
      await signInAll(page)
      const opening = visit.context.waitForEvent('page')
      await page.getByRole('link', { name: 'Open another tab' }).click()
      const other = await opening
      const tabs = [page, other]
      await seesAll(other, 'status', 'Signed in')
      expect(await other.title()).toContain('Tab 2')
      await sees(other, 'saferme', 'said', ANSWERS.saferme)
      await Promise.all(tabs.map(outlivesAll))
      for (const api of API_NAMES) await Promise.all(tabs.map((tab) => call(tab, api)))
      expect(granted(visit.playground)).toEqual(ONE_EACH)

      for (const tab of tabs) {
        await eventually(async () => {
          const log = await logOf(tab)
          for (const api of API_NAMES) {
            const by = (kind: string): readonly string[] =>
              log.filter((line) => line.api === api && line.kind === kind).map((line) => line.tab)
            expect(by('refresh')).toHaveLength(1)
            expect([...by('refresh'), ...by('adoption')].sort()).toEqual(['1', '2'])
          }
        })
      }
      for (const api of API_NAMES) {
        await press(other, api, 'End')
        await sees(page, api, 'status', 'It was ended elsewhere.')
        await press(page, api, 'Sign in')
        await sees(other, api, 'status', 'Signed in')
      }
      expect(visit.refusals).toEqual([])
    }),
  )

  it.concurrent(
    'who keeps calling sees one token after the other come and go',
    visiting({}, async (visit) => {
      const page = await visit.open()
      await signInAll(page)
      await page.getByRole('switch', { name: 'Keep calling' }).click()
      await eventually(() => {
        for (const refreshes of Object.values(granted(visit.playground))) expect(refreshes).toBeGreaterThan(1)
      })
      await page.getByRole('switch', { name: 'Keep calling' }).click()
      await seesAll(page, 'countdown', 'Token ran out')
      await seesAll(page, 'status', 'Signed in')
      for (const api of API_NAMES) await sees(page, api, 'said', ANSWERS[api])
    }),
  )
})
