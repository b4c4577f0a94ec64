import type { Frame, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chromium } from '../chromium.ts'
import { eventually, inside, useSite } from './browser.ts'
import type * as entry from './storage.page.ts'

const TEST_MS = 60_000
/** What a page takes that finds out that it is a duplicate. */
const HANDOVER_MS = 3000
const SOON_MS = 1000

const storageIn = (realm: Page | Frame) => inside<typeof entry>(realm)

/** The session of a page that is not taken for a duplicate, and has not even long to wait. */
const sessionOf = (realm: Page | Frame): Promise<string | null> =>
  storageIn(realm).readWithin(SOON_MS, 'session', 'key')

const sessionOfDuplicate = (page: Page): Promise<string | null> =>
  storageIn(page).readWithin(HANDOVER_MS, 'session', 'key')

async function addFrame(page: Page): Promise<Frame> {
  const attached = page.waitForEvent('frameattached')
  await page.evaluate(
    () =>
      new Promise((loaded) => {
        const frame = document.createElement('iframe')
        frame.src = '/'
        frame.onload = loaded
        document.body.append(frame)
      }),
  )
  return attached
}

async function openWindow(page: Page): Promise<Page> {
  const opened = page.waitForEvent('popup')
  await page.evaluate(() => void open('/'))
  const popup = await opened
  await popup.waitForLoadState()
  return popup
}

describe.skipIf(!chromium)('in chromium, the session of a tab', { timeout: TEST_MS }, () => {
  const site = useSite('storage.page.ts')

  const signedIn = async (): Promise<Page> => {
    const page = await site.open()
    await storageIn(page).replace('session', 'key', null, 'mine')
    return page
  }

  it('is still there when the page is reloaded, also when the page before is slow to go', async () => {
    const page = await signedIn()
    for (let times = 0; times < 3; times++) {
      await page.reload()
      expect(await sessionOf(page)).toBe('mine')
    }
    const slow = await site.open(page.context())
    const id = await page.evaluate(() => sessionStorage.getItem('latchkey:tab'))
    await slow.evaluate((name) => {
      const holding = new Promise((done) => addEventListener('let go', done))
      void navigator.locks.request(name, () => holding)
    }, `latchkey:tab:${id}`)
    await page.reload()
    const reading = sessionOf(page)
    await eventually(() => storageIn(page).awaitedLocks()).toHaveLength(1)
    await slow.evaluate(() => void dispatchEvent(new Event('let go')))
    expect(await reading).toBe('mine')
  })

  it('is there on the next page, and behind the back button, where every storage lets a page wait', async () => {
    const page = await site.open(site.window)
    const first = storageIn(page)
    for (const kind of ['session', 'local', 'indexedDb'] as const) {
      await first.replace(kind, 'key', null, 'mine')
      await first.watch(kind, 'key')
    }
    await page.evaluate(() => {
      addEventListener('pageshow', ({ persisted }) => {
        document.title = `kept: ${persisted}`
      })
    })
    await page.goto(`${site.url}/next.html`)
    expect(await sessionOf(page)).toBe('mine')
    expect(await first.heldLocks()).toEqual([expect.stringContaining('latchkey:tab:')])
    await page.goBack({ waitUntil: 'commit' })
    await eventually(() => page.title()).toBe('kept: true')
    expect(await sessionOf(page)).toBe('mine')
    const duplicate = await openWindow(page)
    expect(await sessionOfDuplicate(duplicate)).toBeNull()
    await duplicate.close()
    await page.reload()
    expect(await sessionOf(page)).toBe('mine')
    await page.close()
  })

  it('waits until a page that is rendered ahead is shown, since that has a copy until then', async () => {
    const page = await signedIn()
    await page.reload()
    await page.evaluate(() => Object.defineProperty(document, 'prerendering', { value: true }))
    const reading = sessionOf(page)
    await page.evaluate(() => sessionStorage.setItem('latchkey:tab', 'of the copy'))
    await eventually(() => page.evaluate(() => navigator.locks.query())).toMatchObject({
      held: [],
      pending: [],
    })
    await page.evaluate(() => sessionStorage.removeItem('latchkey:tab'))
    await page.evaluate(() => document.dispatchEvent(new Event('prerenderingchange')))
    expect(await reading).toBeNull()
  })

  it('begins anew when the page has cleared its storage, and leaves nothing where nobody signs in', async () => {
    const page = await site.open()
    expect(await sessionOf(page)).toBeNull()
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0)
    await storageIn(page).replace('session', 'key', null, 'first')
    await page.evaluate(() => sessionStorage.clear())
    expect(await sessionOf(page)).toBeNull()
    await storageIn(page).replace('session', 'key', null, 'mine')
    await page.reload()
    expect(await sessionOf(page)).toBe('mine')
  })

  it('is not in a duplicate of the tab, which has its own from then on', async () => {
    const page = await signedIn()
    const duplicate = await openWindow(page)
    expect(await duplicate.evaluate(() => sessionStorage.getItem('key'))).toContain('mine')
    expect(await sessionOfDuplicate(duplicate)).toBeNull()
    expect(await storageIn(duplicate).replace('session', 'key', null, 'its own')).toBe(true)
    await duplicate.reload()
    expect(await sessionOf(duplicate)).toBe('its own')
    expect(await sessionOf(page)).toBe('mine')
    await page.reload()
    expect(await sessionOf(page)).toBe('mine')
  })

  it('is the same in all frames of the tab, whichever asks first', async () => {
    const page = await signedIn()
    expect(await sessionOf(await addFrame(page))).toBe('mine')
    await page.reload()
    const realms = [page, await addFrame(page), await addFrame(page)]
    expect(await Promise.all(realms.toReversed().map(sessionOf))).toEqual(['mine', 'mine', 'mine'])
    expect(await storageIn(page).replace('session', 'key', 'mine', 'newer')).toBe(true)
    expect(await Promise.all(realms.map(sessionOf))).toEqual(['newer', 'newer', 'newer'])
  })

  it('is not in a duplicate either when the frame that asked first is gone', async () => {
    const page = await site.open()
    const [first, second] = [await addFrame(page), await addFrame(page)]
    await storageIn(first).replace('session', 'key', null, 'mine')
    expect(await sessionOf(second)).toBe('mine')
    await page.evaluate(() => document.querySelector('iframe')?.remove())
    expect(await sessionOfDuplicate(await openWindow(page))).toBeNull()
    expect(await sessionOf(page)).toBe('mine')
  })

  it('is not seen by a page that was opened without a link to this one', async () => {
    const page = await signedIn()
    expect(await sessionOf(await site.open(page.context()))).toBeNull()
  })
})
