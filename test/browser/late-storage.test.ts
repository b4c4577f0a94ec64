import { describe, expect, it } from 'vitest'
import { chromium } from '../chromium.ts'
import { eventually, inside, useSite } from './browser.ts'
import type * as entry from './storage.page.ts'

const SECOND_MS = 1000
const REMOVED_AFTER_MS = 1000
const LONGEST_LAG_MS = 5000

describe.skipIf(!chromium)(
  "in chromium, webStorage('local') of a page that sees late what others write",
  { timeout: 60_000 },
  () => {
    const site = useSite('storage.page.ts')

    /** A page that has written `first` and then `second`, and one that still sees the `first`. */
    const oneBehind = async () => {
      const context = await site.browser.newContext()
      const [page, other] = [await site.open(context), await site.open(context)]
      const [writer, late] = [inside<typeof entry>(page), inside<typeof entry>(other)]
      await writer.replace('local', 'key', null, 'first')
      await eventually(() => late.read('local', 'key')).toBe('first')
      await late.lag('key')
      await writer.replace('local', 'key', 'first', 'second')
      return { page, writer, late }
    }

    it('lets no task begin before it has caught up', async () => {
      const { late } = await oneBehind()
      await late.begin('call', 'local', false)
      await eventually(() => late.heldLocks()).toContain('latchkey:localStorage:lock:key')
      await late.advance(LONGEST_LAG_MS - SECOND_MS)
      expect(await late.stateOf('call')).toMatchObject({ entered: false, ended: null })
      await late.catchUp()
      await late.advance(SECOND_MS)
      await eventually(() => late.stateOf('call')).toMatchObject({ entered: true })
    })

    it('overwrites nothing that it has not seen', async () => {
      const { writer, late } = await oneBehind()
      await late.beginWrite('local', 'key', 'first', 'stale')
      await eventually(() => late.heldLocks()).toContain('latchkey:localStorage:write:key')
      await late.advance(LONGEST_LAG_MS - SECOND_MS)
      expect(await late.outcomeOfWrite()).toBe('')
      await late.catchUp()
      await late.advance(SECOND_MS)
      await eventually(() => late.outcomeOfWrite()).toBe('false')
      expect(await writer.read('local', 'key')).toBe('second')
    })

    it('gives up when it never catches up', async () => {
      const { late } = await oneBehind()
      await late.begin('call', 'local', false)
      await eventually(() => late.heldLocks()).toContain('latchkey:localStorage:lock:key')
      await late.advance(LONGEST_LAG_MS)
      await eventually(() => late.stateOf('call')).toMatchObject({
        entered: false,
        ended: expect.stringContaining('does not show'),
      })
    })

    it('waits for nothing that was removed, once it knows, and counts on from there', async () => {
      const { page, writer, late } = await oneBehind()
      await page.evaluate(() => localStorage.clear())
      await late.catchUp()
      await eventually(() => late.read('local', 'key')).toBeNull()
      await late.begin('first', 'local', false)
      await eventually(() => late.heldLocks()).toContain('latchkey:localStorage:lock:key')
      await late.advance(REMOVED_AFTER_MS / 2)
      expect(await late.stateOf('first')).toMatchObject({ entered: false, ended: null })
      await late.advance(REMOVED_AFTER_MS / 2)
      await eventually(() => late.stateOf('first')).toMatchObject({ entered: true })
      await late.finish('first')
      await late.begin('second', 'local', false)
      await eventually(() => late.stateOf('second')).toMatchObject({ entered: true })
      await late.finish('second')
      expect(await late.replace('local', 'key', null, 'third')).toBe(true)
      expect(await writer.replace('local', 'key', 'first', 'stale')).toBe(false)
      expect(await writer.read('local', 'key')).toBe('third')
      await late.begin('fourth', 'local', false)
      await eventually(() => late.stateOf('fourth')).toMatchObject({ entered: true })
    })

    it('waits for nothing that it wrote itself and somebody has removed', async () => {
      const page = await site.open()
      const own = inside<typeof entry>(page)
      await own.beginWrite('local', 'key', null, 'first')
      await eventually(() => own.outcomeOfWrite()).toBe('true')
      await page.evaluate(() => localStorage.clear())
      await own.begin('call', 'local', false)
      await eventually(() => own.stateOf('call')).toMatchObject({ entered: true })
    })

    it('waits no longer when the page that wrote is closed, and nothing of it is left', async () => {
      const { page, late } = await oneBehind()
      const written = 'latchkey:localStorage:written:2:key'
      expect(await late.heldLocks()).toEqual([written])
      await late.begin('call', 'local', false)
      await eventually(() => late.heldLocks()).toContain('latchkey:localStorage:lock:key')
      await page.close()
      await eventually(() => late.heldLocks()).not.toContain(written)
      await late.advance(SECOND_MS)
      await eventually(() => late.stateOf('call')).toMatchObject({ entered: true })
      await late.finish('call')
      await eventually(() => late.heldLocks()).toEqual([])
    })
  },
)
