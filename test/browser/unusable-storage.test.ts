import { fakeSaferMe } from 'latchkey/testing'
import type { Frame, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chromium } from '../chromium.ts'
import { eventually, inside, useSite } from './browser.ts'
import type * as entry from './client.page.ts'
import { fillUp } from './fill-up.ts'

const UNAVAILABLE = 'storage unavailable'
const REFUSED = 'storage unavailable SecurityError'
const FULL = 'storage failed QuotaExceededError'
const MISPLACED = 'configuration'
const KINDS = ['indexedDb', 'local', 'session'] as const
/** To a frame without an origin of its own the API is on another one. */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': '*, authorization',
  'access-control-allow-methods': '*',
}

/** What may be on a page that may keep nothing: what advertisements are put into. */
async function addSandbox(page: Page): Promise<Frame> {
  const attached = page.waitForEvent('frameattached')
  await page.evaluate(
    () =>
      new Promise((loaded) => {
        const frame = document.createElement('iframe')
        frame.sandbox.add('allow-scripts')
        frame.src = '/'
        frame.onload = loaded
        document.body.append(frame)
      }),
  )
  return attached
}

describe.skipIf(!chromium)('in chromium, where a storage can not be used', { timeout: 60_000 }, () => {
  const server = fakeSaferMe()
  const site = useSite('client.page.ts', async (input, init) => {
    if (init?.method === 'OPTIONS') return new Response(null, { headers: CORS })
    const answer = await server.fetch(input, init)
    for (const [name, value] of Object.entries(CORS)) answer.headers.set(name, value)
    return answer
  })

  const all = (outcome: string) => ({ read: outcome, replace: outcome, exclusive: outcome, watch: outcome })

  it('it says so on a page that is not in a secure context', async () => {
    const page = await site.open()
    await page.goto(site.insecureUrl)
    for (const kind of KINDS)
      expect(await inside<typeof entry>(page).attempts(kind)).toEqual(all(UNAVAILABLE))
  })

  it('it says so in a frame that may keep nothing', async () => {
    const frame = await addSandbox(await site.open())
    for (const kind of ['local', 'session'] as const)
      expect(await inside<typeof entry>(frame).attempts(kind)).toEqual(all(REFUSED))
    expect(await inside<typeof entry>(frame).attempts('indexedDb')).toEqual({
      ...all(REFUSED),
      watch: 'done',
    })
  })

  it('it is a mistake in a worker, where there is no web storage, but not for indexedDbStorage()', async () => {
    const page = await site.open()
    const started = page.waitForEvent('worker')
    await page.evaluate(() => void new Worker('/entry.js'))
    const worker = inside<typeof entry>(await started)
    for (const kind of ['local', 'session'] as const)
      await eventually(() => worker.attempts(kind)).toEqual(all(MISPLACED))
    expect(await worker.attempts('indexedDb')).toEqual(all('done'))
  })

  it('it says that it is full, when it is', async () => {
    const page = await site.open()
    await page.evaluate(fillUp)
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Storage.overrideQuotaForOrigin', { origin: site.url, quotaSize: 1 })
    for (const kind of KINDS) {
      const outcomes = await inside<typeof entry>(page).attempts(kind)
      expect(outcomes).toMatchObject({ read: 'done', replace: FULL, watch: 'done' })
    }
  })
  const goesOn = async (realm: Page | Frame, kind: (typeof KINDS)[number], event: string): Promise<void> => {
    const client = inside<typeof entry>(realm)
    await client.openClient(kind, '/', kind)
    await client.signIn()
    expect(await client.request()).toBe('200')
    await client.renew()
    expect(await client.request()).toBe('200')
    const { events, snapshot } = await client.report()
    expect(snapshot.status).toBe('active')
    expect(events).toMatchObject({ created: 1, refreshed: 1, [event]: expect.any(Number) })
    await client.signOut()
    expect((await client.report()).snapshot.status).toBe('ended')
  }

  it.each(KINDS)('a session goes on in memory where nothing may be kept, and says so: %s', async (kind) => {
    await goesOn(await addSandbox(await site.open()), kind, 'storageFailed unavailable')
  })

  it.each(['local', 'session'] as const)(
    'a session goes on in memory where there is no room, and says so: %s',
    async (kind) => {
      const page = await site.open()
      await page.evaluate(fillUp)
      await goesOn(page, kind, 'storageFailed failed')
    },
  )

  it('a session goes on in memory where there is no room: indexedDb', async () => {
    const page = await site.open()
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Storage.overrideQuotaForOrigin', { origin: site.url, quotaSize: 1 })
    await goesOn(page, 'indexedDb', 'storageFailed failed')
  })
})
