import { fakeClerk, fakeKoms, fakeSaferMe, fakeZelf } from 'latchkey/testing'
import { describe, expect, it } from 'vitest'
import { chromium } from '../chromium.ts'
import { inside, useSite } from './browser.ts'
import type * as entry from './strict.page.ts'

/** Nothing is allowed that a page can do without. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const users = [{ email: 'ada@example.com', password: 'C0rrect!horse' }]

describe.skipIf(!chromium)('in chromium, on a page with the strictest policies', { timeout: 60_000 }, () => {
  const saferme = fakeSaferMe({ users })
  const koms = fakeKoms({ users })
  const zelf = fakeZelf()
  const clerk = fakeClerk({ basePath: '/__clerk' })
  const servers: readonly (readonly [RegExp, typeof fetch])[] = [
    [/^\/api\/v4\//, saferme.fetch],
    [/^\/api\//, zelf.fetch],
    [/^\/(session|user|things)/, koms.fetch],
    [/./, clerk.fetch],
  ]
  const site = useSite(
    'strict.page.ts',
    async (input, init) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input)
      const [, answer = clerk.fetch] = servers.find(([path]) => path.test(pathname)) ?? []
      return answer(input, init)
    },
    { 'content-security-policy': POLICY },
  )

  it.each(['memory', 'indexedDb', 'local', 'session', 'encrypted'])(
    'sessions live and nothing is violated: %s',
    async (kind) => {
      const opened = await site.open()
      clerk.addSession()
      const cookie = { name: '__client', value: clerk.clientToken() ?? '', url: site.url }
      await opened.context().addCookies([cookie])
      const page = inside<typeof entry>(opened)
      expect(await page.wholeLife(kind)).toEqual([200, 200, 200, 200, 'ended', 'ended', 'ended', 'ended'])
      expect(await page.violations()).toEqual([])
    },
  )

  it('and the page would have told of a violation', async () => {
    const page = inside<typeof entry>(await site.open())
    await page.misbehave()
    await expect.poll(() => page.violations()).toHaveLength(2)
  })
})
