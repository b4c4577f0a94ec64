import { type FakeSaferMe, fakeSaferMe } from 'latchkey/testing'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromium, launchChromium } from '../chromium.ts'
import { find } from '../programs.ts'
import { startRedis } from '../redis.ts'
import { serveNextApp } from './next-server.ts'
import { Opened } from './opened.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** How long a build, and how long a visit may take on a machine that has a lot to do. */
const BUILD_BOUND_MS = 400_000
const VISIT_BOUND_MS = 120_000

/** What a browser says by itself, in the console, of an answer that is a refusal. */
const BROWSER_TELLS = 'Failed to load resource: '

const missing = !chromium || !find('redis-server') || !find('next')

describe.skipIf(missing)('the Next app', { timeout: VISIT_BOUND_MS }, () => {
  const opened = new Opened()
  const saferme: FakeSaferMe = fakeSaferMe()
  let browser: Browser
  let url: string

  beforeAll(async () => {
    const upstream = await saferme.listen()
    opened.defer(() => upstream.close())
    const redis = opened.use(await startRedis())
    const app = await serveNextApp({ REDIS_URL: redis.url, SAFERME_URL: upstream.url })
    opened.use(app)
    url = app.url
    browser = opened.use(await launchChromium())
  }, BUILD_BOUND_MS)

  afterAll(() => opened[Symbol.asyncDispose](), VISIT_BOUND_MS)

  /** A browser that nobody has used before, in front of the form. Whatever goes wrong in its pages is a failure. */
  async function visiting(): Promise<Page & AsyncDisposable> {
    const context = await browser.newContext()
    context.setDefaultTimeout(VISIT_BOUND_MS)
    const page = await context.newPage()
    const told: string[] = []
    page.on('console', (message) => {
      const text = message.text()
      if (message.type() === 'error' && !text.startsWith(BROWSER_TELLS)) told.push(text)
    })
    page.on('pageerror', (error) => void told.push(String(error)))
    await page.goto(url)
    return Object.assign(page, {
      [Symbol.asyncDispose]: async () => {
        await context.close()
        expect(told).toEqual([])
      },
    })
  }

  async function signIn(page: Page, password = 'correct horse'): Promise<void> {
    await page.getByLabel('Email').fill('ada@example.com')
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }

  async function signedIn(): Promise<Page & AsyncDisposable> {
    const page = await visiting()
    await signIn(page)
    await reports(page, '"user_id":1')
    return page
  }

  /** Waits until the page shows reports, or why there are none. */
  const reports = (page: Page, text: string): Promise<void> =>
    page.getByRole('status').filter({ hasText: text }).waitFor()

  const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name }).click()

  /** How many refreshes were sent meanwhile. */
  async function refreshesDuring(act: () => Promise<unknown>): Promise<number> {
    const before = saferme.count('refreshSession')
    await act()
    return saferme.count('refreshSession') - before
  }

  it('gives a browser an id that its scripts can not read, and no token', async () => {
    await using page = await visiting()
    const seen: Promise<string>[] = []
    page.on('response', (response) => {
      const text = response.text().catch(() => '')
      seen.push(text, response.allHeaders().then(JSON.stringify))
    })
    await signIn(page)
    await reports(page, '"user_id":1')
    expect(await page.evaluate(() => document.cookie)).toBe('')
    expect(await page.context().cookies()).toMatchObject([
      { name: '__Host-id', httpOnly: true, secure: true, sameSite: 'Lax' },
    ])
    const everything = (await Promise.all(seen)).join()
    expect(everything).toContain('__Host-id')
    for (const { accessToken, refreshToken } of saferme.sessions) {
      expect(everything).not.toContain(accessToken)
      expect(everything).not.toContain(refreshToken)
    }
  })

  it('renews a token that is about to run out before a page is rendered with it', async () => {
    await using page = await signedIn()
    saferme.clockOffset += HOUR_MS - MINUTE_MS / 2
    // Its answer tells the app what time it is for the server.
    const calling = async () => {
      expect(await page.evaluate(() => fetch('/reports').then(({ status }) => status))).toBe(200)
    }
    expect(await refreshesDuring(calling)).toBe(0)
    expect(await refreshesDuring(() => page.reload())).toBe(1)
    await reports(page, '"user_id":1')
  })

  it('sends one refresh for all that a browser asks for at once', async () => {
    await using page = await signedIn()
    saferme.clockOffset += 2 * HOUR_MS
    const asking = async () => {
      const statuses = await page.evaluate(() =>
        Promise.all(Array.from({ length: 20 }, () => fetch('/reports').then(({ status }) => status))),
      )
      expect(new Set(statuses)).toEqual(new Set([200]))
    }
    expect(await refreshesDuring(asking)).toBe(1)
  })

  it('refreshes nothing while it renders: what was refused then is loaded by a route handler', async () => {
    await using page = await signedIn()
    saferme.clockOffset += 2 * HOUR_MS
    expect(await refreshesDuring(() => page.reload())).toBe(0)
    await reports(page, 'Not loaded yet')
    const loading = async () => {
      await press(page, 'Load')
      await reports(page, '"user_id":1')
    }
    expect(await refreshesDuring(loading)).toBe(1)
  })

  it('carries a form out, once, over a token that has been refused', async () => {
    await using page = await signedIn()
    saferme.clockOffset += 2 * HOUR_MS
    await page.getByLabel('Title').fill('Leak')
    const added = () => saferme.requests.filter(({ method, status }) => method === 'POST' && status === 200)
    const adding = async () => {
      await press(page, 'Add')
      await expect.poll(() => added().at(-1)?.body, { timeout: VISIT_BOUND_MS }).toBe('{"title":"Leak"}')
      await reports(page, '"user_id":1')
    }
    expect(await refreshesDuring(adding)).toBe(1)
  })

  it('signs out of SaferMe, takes the id away, and shows the form to who is signed out', async () => {
    await using page = await signedIn()
    const { length } = saferme.sessions
    await press(page, 'Sign out')
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(saferme.sessions).toHaveLength(length - 1)
    expect(await page.context().cookies()).toEqual([])
    await page.goto(url)
    expect(new URL(page.url()).pathname).toBe('/sign-in')
  })

  it('shows the form to whose session the server has ended, and tells a mistyped password', async () => {
    await using page = await signedIn()
    saferme.revoke()
    expect(await page.evaluate(() => fetch('/reports').then(({ status }) => status))).toBe(401)
    await page.goto(url)
    await signIn(page, 'wrong')
    await page.getByRole('alert').filter({ hasText: 'not a user' }).waitFor()
  })
})
