import type { Frame, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chromium, inside, useSite } from './browser.ts'
import type * as entry from './storage.page.ts'

const TEST_MS = 60_000
/** A page that is not taken for a duplicate finds its session within this. */
const AT_ONCE_MS = 2000

const storageIn = (realm: Page | Frame) => inside<typeof entry>(realm)

const sessionOf = async (realm: Page | Frame): Promise<{ value: string | null; soon: boolean }> => {
  const start = Date.now()
  const value = await storageIn(realm).read('session', 'key')
  return { value, soon: Date.now() - start < AT_ONCE_MS }
}

const MINE = { value: 'mine', soon: true }

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
      expect(await sessionOf(page)).toEqual(MINE)
    }
    const slow = await site.open(page.context())
    const id = await page.evaluate(() => sessionStorage.getItem('latchkey:tab'))
    await slow.evaluate((name) => {
      const holding = new Promise((done) => addEventListener('let go', done))
      void navigator.locks.request(name, () => holding)
    }, `latchkey:tab:${id}`)
    await page.reload()
    const reading = sessionOf(page)
    await expect.poll(() => storageIn(page).awaitedLocks()).toHaveLength(1)
    await slow.evaluate(() => void dispatchEvent(new Event('let go')))
    expect(await reading).toEqual(MINE)
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
    expect(await sessionOf(page)).toEqual(MINE)
    expect(await first.heldLocks()).toEqual([expect.stringContaining('latchkey:tab:')])
    await page.goBack({ waitUntil: 'commit' })
    await expect.poll(() => page.title()).toBe('kept: true')
    expect(await sessionOf(page)).toEqual(MINE)
    const duplicate = await openWindow(page)
    expect((await sessionOf(duplicate)).value).toBeNull()
    await duplicate.close()
    await page.reload()
    expect(await sessionOf(page)).toEqual(MINE)
    await page.close()
  })

  it('waits until a page that is rendered ahead is shown, since that has a copy until then', async () => {
    const page = await signedIn()
    await page.reload()
    await page.evaluate(() => Object.defineProperty(document, 'prerendering', { value: true }))
    const reading = sessionOf(page)
    await page.evaluate(() => sessionStorage.setItem('latchkey:tab', 'of the copy'))
    await expect
      .poll(() => page.evaluate(() => navigator.locks.query()))
      .toMatchObject({ held: [], pending: [] })
    await page.evaluate(() => sessionStorage.removeItem('latchkey:tab'))
    await page.evaluate(() => document.dispatchEvent(new Event('prerenderingchange')))
    expect((await reading).value).toBeNull()
  })

  it('begins anew when the page has cleared its storage, and leaves nothing where nobody signs in', async () => {
    const page = await site.open()
    expect((await sessionOf(page)).value).toBeNull()
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0)
    await storageIn(page).replace('session', 'key', null, 'first')
    await page.evaluate(() => sessionStorage.clear())
    expect((await sessionOf(page)).value).toBeNull()
    await storageIn(page).replace('session', 'key', null, 'mine')
    await page.reload()
    expect(await sessionOf(page)).toEqual(MINE)
  })

  it('is not in a duplicate of the tab, which has its own from then on', async () => {
    const page = await signedIn()
    const duplicate = await openWindow(page)
    expect(await duplicate.evaluate(() => sessionStorage.getItem('key'))).toContain('mine')
    expect((await sessionOf(duplicate)).value).toBeNull()
    expect(await storageIn(duplicate).replace('session', 'key', null, 'its own')).toBe(true)
    await duplicate.reload()
    expect(await sessionOf(duplicate)).toEqual({ value: 'its own', soon: true })
    expect(await sessionOf(page)).toEqual(MINE)
    await page.reload()
    expect(await sessionOf(page)).toEqual(MINE)
  })

  it('is the same in all frames of the tab, whichever asks first', async () => {
    const page = await signedIn()
    expect(await sessionOf(await addFrame(page))).toEqual(MINE)
    await page.reload()
    const realms = [page, await addFrame(page), await addFrame(page)]
    expect(await Promise.all(realms.toReversed().map(sessionOf))).toEqual([MINE, MINE, MINE])
    expect(await storageIn(page).replace('session', 'key', 'mine', 'newer')).toBe(true)
    expect(await Promise.all(realms.map(sessionOf))).toEqual(
      realms.map(() => ({ value: 'newer', soon: true })),
    )
  })

  it('is not in a duplicate either when the frame that asked first is gone', async () => {
    const page = await site.open()
    const [first, second] = [await addFrame(page), await addFrame(page)]
    await storageIn(first).replace('session', 'key', null, 'mine')
    expect(await sessionOf(second)).toEqual(MINE)
    await page.evaluate(() => document.querySelector('iframe')?.remove())
    expect((await sessionOf(await openWindow(page))).value).toBeNull()
    expect(await sessionOf(page)).toEqual(MINE)
  })

  it('is not seen by a page that was opened without a link to this one', async () => {
    const page = await signedIn()
    expect((await sessionOf(await site.open(page.context()))).value).toBeNull()
  })
})
