import { cookieStorage } from 'latchkey'
import { fakeSaferMe, storageContract } from 'latchkey/testing'
import type { BrowserContext } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { eventually, type Inside, inside, useSite } from '../browser/browser.ts'
import { chromium } from '../chromium.ts'
import { BrowserCookies } from './browser-cookies.ts'
import type * as entry from './cookies.page.ts'
import type { PageKind } from './cookies.page.ts'

const PAGES = 4
const TIMES = Number(process.env.INCREMENTS ?? 100)
const TEST_MS = 120_000
const rules = storageContract(() => {
  throw new Error('Checked in the browser')
}).map(({ name }) => name)

describe.skipIf(!chromium)('in chromium', { timeout: TEST_MS }, () => {
  const server = fakeSaferMe()
  const site = useSite('../storage/cookies.page.ts', server.fetch)

  const openIn = async (context: BrowserContext): Promise<Inside<typeof entry>> =>
    inside(await site.open(context))

  /** The same page under https. */
  const secure = async (context: BrowserContext): Promise<Inside<typeof entry>> => {
    const page = await context.newPage()
    await page.route('https://app.test/**', async (route) => {
      const { pathname } = new URL(route.request().url())
      await route.fulfill({ response: await route.fetch({ url: site.url + pathname }) })
    })
    await page.goto('https://app.test/')
    return inside(page)
  }

  describe.each([
    ['cookie', false],
    ['cookie', true],
    ['cookieStore', false],
    ['encrypted', false],
    ['encrypted', true],
  ] as const)('the %s storage keeps the contract; with another page: %s', (kind, far) => {
    let page: Inside<typeof entry>

    beforeAll(async () => {
      const context = await site.browser.newContext()
      page = await openIn(context)
      if (far) await (await context.newPage()).goto(`${site.url}/?host=${kind}`)
      return () => context.close()
    })

    it.each(rules)('%s', (rule) => page.check(kind, far, rule))
  })

  describe.each(['cookie', 'cookieStore'] as const)('between pages, the %s storage', (kind: PageKind) => {
    it.each([true, false])('loses no write; under the lock: %s', async (isLocked) => {
      const context = await site.browser.newContext()
      const pages: Inside<typeof entry>[] = []
      for (let page = 0; page < PAGES; page++) pages.push(await openIn(context))
      const start = Date.now()
      const refused = await Promise.all(pages.map((page) => page.increment(kind, TIMES, isLocked)))
      const ms = Date.now() - start
      process.stdout.write(`${kind}, ${isLocked}: ${PAGES} x ${TIMES} in ${ms} ms, refused ${refused}\n`)
      expect(await pages[0]?.read(kind, 'count')).toBe(String(PAGES * TIMES))
      if (isLocked) expect(refused).toEqual(Array(PAGES).fill(0))
      await context.close()
    })
  })

  describe('a cookie of the page', () => {
    it('is set for the whole host and 400 days, and goes along from other sites on links alone', async () => {
      const context = await site.browser.newContext()
      const page = await openIn(context)
      await page.write('cookie', 'key', null, 'x')
      const [cookie] = await context.cookies()
      const days = ((cookie?.expires ?? 0) - Date.now() / 1000) / 86_400
      expect(cookie).toMatchObject({ value: '.x', path: '/', domain: '127.0.0.1', sameSite: 'Lax' })
      expect(days).toBeGreaterThan(399.9)
      expect(days).toBeLessThanOrEqual(400)
      await context.close()
    })

    it('wants https, but on loopback, where not every browser takes http for safe', async () => {
      const context = await site.browser.newContext()
      const page = await openIn(context)
      const plain = { path: '/', maxAge: 34_560_000, sameSite: 'lax', secure: false, httpOnly: false }
      expect(await page.attributes()).toEqual({ reach: 'origin', ...plain })
      expect(await page.attributes({ secure: true, httpOnly: true, domain: 'example.com' })).toEqual({
        reach: 'request',
        ...plain,
        secure: true,
        domain: 'example.com',
      })
      const safe = await secure(context)
      expect(await safe.attributes()).toEqual({ reach: 'origin', ...plain, secure: true })
      expect(await safe.write('cookie', 'key', null, 'x')).toBe(true)
      expect((await context.cookies('https://app.test'))[0]).toMatchObject({ secure: true, httpOnly: false })
      await context.close()
    })

    it('is set with what else was asked for', async () => {
      const context = await site.browser.newContext()
      const page = await secure(context)
      const options = { sameSite: 'strict', domain: 'app.test', path: '/', maxAge: 3600 }
      expect(await page.writeWith(options, 'key')).toBe(true)
      const [cookie] = await context.cookies('https://app.test')
      expect(cookie).toMatchObject({ sameSite: 'Strict', domain: '.app.test' })
      expect(cookie?.expires).toBeLessThan(Date.now() / 1000 + 3601)
      await context.close()
    })

    it('of up to 4,000 bytes is kept, in numbers if need be, and old ones go', async () => {
      const context = await site.browser.newContext()
      const page = await openIn(context)
      const values = ['x'.repeat(3999), 'y'.repeat(11_000), 'é'.repeat(500), '{"z":1}'.repeat(400)]
      let before: string | null = null
      for (const value of values) {
        expect(await page.write('cookie', 'key', before, value)).toBe(true)
        expect(await page.read('cookie', 'key')).toBe(value)
        before = value
      }
      expect(await page.write('cookie', 'key', before, 'short')).toBe(true)
      expect((await context.cookies()).length).toBe(1)
      await context.close()
    })

    it('that the browser does not keep has not been written', async () => {
      const context = await site.browser.newContext()
      const page = await openIn(context)
      // A name with this prefix is for https alone.
      expect(await page.attempts('__Secure-')).toEqual(['origin', null, 'failed'])
      const opened = await site.open(context)
      const cdp = await context.newCDPSession(opened)
      await cdp.send('Emulation.setDocumentCookieDisabled', { disabled: true })
      expect(await inside<typeof entry>(opened).attempts()).toEqual(['origin', null, 'unavailable'])
      await context.close()
    })

    it('is not to be had in a frame that may keep nothing, nor in a page without secure context', async () => {
      const context = await site.browser.newContext()
      const opened = await site.open(context)
      const frame = opened.waitForEvent('frameattached')
      await opened.evaluate((url) => {
        const element = document.createElement('iframe')
        element.sandbox.add('allow-scripts')
        element.src = url
        document.body.append(element)
      }, site.url)
      await (await frame).waitForLoadState()
      expect(await inside<typeof entry>(await frame).attempts()).toEqual([
        'origin',
        'unavailable',
        'unavailable',
      ])
      await opened.goto(site.insecureUrl)
      expect(await inside<typeof entry>(opened).attempts()).toEqual(['origin', null, 'unavailable'])
      await context.close()
    })

    it('is the same as the one that a server sets for scripts to read', async () => {
      const context = await site.browser.newContext()
      const browser = new BrowserCookies()
      const value = '{"v":1}'.repeat(400)
      await cookieStorage({ ...browser.request().next(), httpOnly: false }).replace('key', null, value)
      await context.addCookies([...browser.kept].map(([name, value]) => ({ name, value, url: site.url })))
      const page = await openIn(context)
      expect(await page.read('cookie', 'key')).toBe(value)
      expect(await page.write('cookie', 'key', value, 'next')).toBe(true)
      await context.close()
    })
  })

  describe.each(['cookie', 'encrypted'] as const)('two tabs over the %s storage', (kind) => {
    it('share one session: signed in once, refreshed once, signed out once', async () => {
      const context = await site.browser.newContext()
      const [here, there] = [await openIn(context), await openIn(context)] as const
      await here.open(kind)
      await there.open(kind)
      await here.signIn()
      expect(await Promise.all([here.call(), there.call()])).toEqual([200, 200])
      const { refreshes } = server
      await Promise.all([here.refresh(), there.refresh()])
      expect(server.refreshes).toBe(refreshes + 1)
      expect(await Promise.all([here.call(), there.call()])).toEqual([200, 200])
      await there.signOut()
      await eventually(() => here.call()).toBe('no_session')
      await context.close()
    })
  })

  describe('the kept key', () => {
    it('is one, even where many tabs start at once, and no script can carry it away', async () => {
      const context = await site.browser.newContext()
      const pages = await Promise.all(Array.from({ length: PAGES }, () => openIn(context)))
      const value = (tab: number) => `of tab ${tab}`
      await Promise.all(pages.map((page, tab) => page.write('encrypted', `key ${tab}`, null, value(tab))))
      for (const page of pages) {
        for (const tab of pages.keys()) expect(await page.read('encrypted', `key ${tab}`)).toBe(value(tab))
      }
      expect(await pages[0]?.key()).toEqual({
        id: 'browser',
        extractable: false,
        usages: ['encrypt', 'decrypt'],
        algorithm: { name: 'AES-GCM', length: 256 },
        gone: 'InvalidAccessError',
      })
      expect(await pages[0]?.keysAtOnce(PAGES)).toEqual(Array(PAGES).fill(true))
      expect(await pages[0]?.key('my key')).toMatchObject({ id: 'my_20key' })
      await context.close()
    })

    it('outlives the page; and once it is lost, what it sealed is no session, and is overwritten', async () => {
      const context = await site.browser.newContext()
      await (await openIn(context)).write('encrypted', 'key', null, 'sealed')
      const later = await openIn(context)
      expect(await later.read('encrypted', 'key')).toBe('sealed')
      await later.loseKey()
      const afterwards = await openIn(context)
      const found = await afterwards.read('encrypted', 'key')
      expect(found).toMatch(/^\?lk1\.browser\./)
      expect(await afterwards.write('encrypted', 'key', found, 'anew')).toBe(true)
      expect(await (await openIn(context)).read('encrypted', 'key')).toBe('anew')
      expect(await later.read('encrypted', 'key')).toBe('anew')
      await context.close()
    })
  })
})
