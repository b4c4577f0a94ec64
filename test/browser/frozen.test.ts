import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { HOLD_BOUND_MS } from '../../src/storage/process-lock.ts'
import { chromium } from '../chromium.ts'
import { eventually, inside, useSite } from './browser.ts'
import type * as entry from './storage.page.ts'

const SECOND_MS = 1000
const SHORT_MS = 50
const TEST_MS = 60_000
const HELD = { entered: true, lost: false, ended: null }
const WAITING = { entered: false, lost: false, ended: null }
const LOST = { entered: true, lost: true, ended: null }
/** Whether its task had begun before or not. */
const isToldOfTheLoss = ({ lost, ended }: entry.CallState): boolean => lost || /lost/.test(String(ended))

describe.skipIf(!chromium)('in chromium', { timeout: TEST_MS }, () => {
  const site = useSite('storage.page.ts')

  /** Another tab of the window, which hides the one before. */
  const openTab = async () => {
    const page = await site.open(site.window)
    const cdp = await site.window.newCDPSession(page)
    const turn = (state: 'frozen' | 'active') => cdp.send('Page.setWebLifecycleState', { state })
    return { page, in: inside<typeof entry>(page), turn, cdp }
  }

  beforeEach(async () => {
    const pages: Page[] = site.window.pages()
    return async () => {
      for (const page of site.window.pages()) if (!pages.includes(page)) await page.close()
    }
  })

  describe.each(['indexedDb', 'local'] as const)('the lock of the %s storage', (kind) => {
    it('is not kept by a page that is frozen while it holds it, and that page hears of it', async () => {
      const holder = await openTab()
      await holder.in.begin('call', kind, true)
      await eventually(() => holder.in.stateOf('call')).toEqual(HELD)
      const waiter = await openTab()
      await holder.turn('frozen')
      await waiter.in.begin('call', kind, false)
      await waiter.in.advance(HOLD_BOUND_MS)
      expect(await waiter.in.stateOf('call')).toEqual(WAITING)
      await waiter.in.advance(2 * SECOND_MS)
      expect(await waiter.in.stateOf('call')).toEqual(HELD)
      expect(await holder.in.stateOf('call')).toEqual(HELD)
      await holder.turn('active')
      await eventually(() => holder.in.stateOf('call')).toEqual(LOST)
      await holder.in.finish('call')
      await eventually(() => holder.in.stateOf('call')).toEqual({ ...LOST, ended: 'done' })
      expect(await waiter.in.stateOf('call')).toEqual(HELD)
    })

    it('is not kept by a page that was frozen while it waited for it', async () => {
      const holder = await openTab()
      await holder.in.begin('call', kind, true)
      await eventually(() => holder.in.stateOf('call')).toEqual(HELD)
      const frozen = await openTab()
      await frozen.in.begin('call', kind, true)
      const waiter = await openTab()
      await eventually(() => waiter.in.awaitedLocks()).toHaveLength(1)
      await frozen.turn('frozen')
      await holder.in.finish('call')
      await eventually(() => waiter.in.awaitedLocks()).toHaveLength(0)
      await waiter.in.begin('call', kind, false)
      await waiter.in.advance(HOLD_BOUND_MS + 2 * SECOND_MS)
      expect(await waiter.in.stateOf('call')).toEqual(HELD)
      await frozen.turn('active')
      await eventually(() => frozen.in.stateOf('call')).toSatisfy(isToldOfTheLoss)
    })

    it('is not waited for by those who have given up', async () => {
      const holder = await openTab()
      await holder.in.begin('call', kind, true)
      await eventually(() => holder.in.stateOf('call')).toEqual(HELD)
      const waiter = await openTab()
      await waiter.in.begin('call', kind, true, SHORT_MS)
      await eventually(() => waiter.in.stateOf('call')).toMatchObject({
        ended: expect.stringContaining('lock'),
      })
      await eventually(() => waiter.in.awaitedLocks()).toEqual([])
      await eventually(() => waiter.in.heldLocks()).toHaveLength(2)
    })

    it('is free at once when the page that holds it is closed, or crashes', async () => {
      for (const end of ['closed', 'crashed']) {
        const holder = await openTab()
        await holder.in.begin('call', kind, true)
        await eventually(() => holder.in.stateOf('call')).toEqual(HELD)
        const waiter = await openTab()
        await waiter.in.begin('call', kind, false)
        if (end === 'closed') await holder.page.close()
        else holder.cdp.send('Page.crash').catch(() => {})
        await eventually(() => waiter.in.stateOf('call')).toEqual(HELD)
        await waiter.page.close()
      }
    })
  })
})
