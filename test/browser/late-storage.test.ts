import { describe, expect, it } from 'vitest'
import { chromium, inside, useSite } from './browser.ts'
import type * as entry from './storage.page.ts'

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
      await expect.poll(() => late.read('local', 'key')).toBe('first')
      await late.lag('key')
      await writer.replace('local', 'key', 'first', 'second')
      return { page, writer, late }
    }

    it('lets no task begin before it has caught up', async () => {
      const { late } = await oneBehind()
      await late.begin('call', 'local', true)
      await expect.poll(() => late.heldLocks()).toContain('latchkey:localStorage:lock:key')
      expect((await late.stateOf('call')).entered).toBe(false)
      await late.catchUp()
      await expect.poll(() => late.stateOf('call')).toMatchObject({ entered: true })
    })

    it('overwrites nothing that it has not seen', async () => {
      const { writer, late } = await oneBehind()
      const stale = late.replace('local', 'key', 'first', 'stale')
      await expect.poll(() => late.heldLocks()).toContain('latchkey:localStorage:write:key')
      await late.catchUp()
      expect(await stale).toBe(false)
      expect(await writer.read('local', 'key')).toBe('second')
    })

    it('gives up when it never catches up', async () => {
      const { late } = await oneBehind()
      await late.begin('call', 'local', true)
      await expect
        .poll(() => late.stateOf('call'), { timeout: 2 * LONGEST_LAG_MS })
        .toMatchObject({ entered: false, ended: expect.stringContaining('does not show') })
    })

    it('waits for nothing that was removed, once it knows, and counts on from there', async () => {
      const { page, writer, late } = await oneBehind()
      await page.evaluate(() => localStorage.clear())
      await late.catchUp()
      await expect.poll(() => late.read('local', 'key')).toBeNull()
      await late.begin('first', 'local', true)
      await expect
        .poll(() => late.stateOf('first'), { timeout: LONGEST_LAG_MS })
        .toMatchObject({ entered: true })
      await late.finish('first')
      const start = Date.now()
      await late.begin('second', 'local', true)
      await expect.poll(() => late.stateOf('second')).toMatchObject({ entered: true })
      expect(Date.now() - start).toBeLessThan(REMOVED_AFTER_MS)
      await late.finish('second')
      expect(await late.replace('local', 'key', null, 'third')).toBe(true)
      expect(await writer.replace('local', 'key', 'first', 'stale')).toBe(false)
      expect(await writer.read('local', 'key')).toBe('third')
    })

    it('waits no longer when the page that wrote is closed, and nothing of it is left', async () => {
      const { page, late } = await oneBehind()
      expect(await late.heldLocks()).toEqual(['latchkey:localStorage:written:2:key'])
      await late.begin('call', 'local', true)
      await page.close()
      await expect.poll(() => late.stateOf('call')).toMatchObject({ entered: true })
      await late.finish('call')
      await expect.poll(() => late.heldLocks()).toEqual([])
    })
  },
)
