import { fakeClerk } from 'latchkey/testing'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chromium } from '../chromium.ts'
import { inside, useSite } from './browser.ts'
import type * as entry from './clerk.page.ts'

const AT_ONCE = 5

describe.skipIf(!chromium)("in chromium, ClerkClient in the mode 'browser'", { timeout: 60_000 }, () => {
  const server = fakeClerk({ rotate: true })
  const site = useSite('clerk.page.ts', async (input, init) => {
    if (new URL(String(input)).pathname !== '/sign-in') return server.fetch(input, init)
    // Somebody signs in where Latchkey is not asked: a hosted page, another library.
    server.addSession()
    const cookie = `__client=${server.clientToken()}; Path=/; HttpOnly; Secure; SameSite=Lax`
    return new Response('Signed in', { headers: { 'set-cookie': cookie } })
  })
  const cookieOf = async (page: Page): Promise<string | undefined> =>
    (await page.context().cookies()).find(({ name }) => name === '__client')?.value

  it('lives on a cookie that no script sees and every answer replaces, from sign-in to sign-out', async () => {
    const page = await site.open()
    const clerk = inside<typeof entry>(page)
    expect(await clerk.userId()).toBeUndefined()
    await page.goto(`${site.url}/sign-in`)
    const first = await cookieOf(page)
    await page.goto(site.url)

    expect(await clerk.userId()).toBe('user_1')
    expect(await clerk.token()).toMatch(/^ey/)
    expect(await clerk.backEnd()).toBe('200 user_1')
    expect(await clerk.status()).toBe('active')
    const second = await cookieOf(page)
    expect(second).not.toBe(first)
    expect(await page.evaluate(() => document.cookie)).toBe('')

    const others = await Promise.all(Array.from({ length: AT_ONCE }, () => site.open(page.context())))
    const answers = others.map((other) => inside<typeof entry>(other).backEnd())
    expect(await Promise.all(answers)).toEqual(others.map(() => '200 user_1'))

    await clerk.signOut()
    expect(await clerk.status()).toBe('ended')
    await expect(clerk.token()).rejects.toThrow()
    expect(await inside<typeof entry>(others[0] as Page).userId()).toBeUndefined()
    expect(server.sessions.map((session) => session.status)).toEqual(['removed'])
    expect(server.requests.filter(({ headers }) => headers.has('x-fake-cookie'))).toEqual([])
  })
})
