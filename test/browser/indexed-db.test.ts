import { describe, expect, it } from 'vitest'
import { chromium } from '../chromium.ts'
import { eventually, inside, useSite } from './browser.ts'
import type * as entry from './storage.page.ts'

const HANG_PATH = '/hang'
const DEADLINE_MS = 10_000

describe.skipIf(!chromium)('in chromium, indexedDbStorage()', { timeout: 60_000 }, () => {
  /** A page that has asked for {@link HANG_PATH} hangs until it is let go. */
  const hanging: (() => void)[] = []
  const site = useSite('storage.page.ts', async (input) => {
    if (new URL(String(input)).pathname !== HANG_PATH) return new Response('Not found', { status: 404 })
    await new Promise<void>((letGo) => hanging.push(letGo))
    return new Response()
  })

  const openTwo = async () => {
    const context = await site.browser.newContext()
    const [page, other] = [await site.open(context), await site.open(context)]
    return { context, page, one: inside<typeof entry>(page), two: inside<typeof entry>(other) }
  }

  it('has a write on the disk before it counts, and before anybody is told', async () => {
    const { one } = await openTwo()
    await one.read('indexedDb', 'key')
    const written = ['readwrite strict', 'completed', 'told', 'true']
    expect(await one.traceOfWrite('key', null, 'first')).toEqual(written)
    expect(await one.traceOfWrite('key', 'first', 'second')).toEqual(written)
    expect(await one.traceOfWrite('key', 'first', 'third')).toEqual([
      'readwrite strict',
      'completed',
      'false',
    ])
  })

  it('keeps what was written right before the page crashed', async () => {
    const { context, page, one, two } = await openTwo()
    const cdp = await context.newCDPSession(page)
    await one.replace('indexedDb', 'key', null, 'kept')
    cdp.send('Page.crash').catch(() => {})
    expect(await two.read('indexedDb', 'key')).toBe('kept')
  })

  it('goes on when the browser has closed its connection', async () => {
    const { context, page, one, two } = await openTwo()
    await one.replace('indexedDb', 'key', null, 'first')
    await one.breakConnection()
    expect(await one.read('indexedDb', 'key')).toBe('first')
    await one.breakConnection()
    expect(await one.replace('indexedDb', 'key', 'first', 'second')).toBe(true)
    const cdp = await context.newCDPSession(page)
    await cdp.send('Storage.clearDataForOrigin', { origin: site.url, storageTypes: 'indexeddb' })
    expect(await one.read('indexedDb', 'key')).toBeNull()
    expect(await two.replace('indexedDb', 'key', null, 'third')).toBe(true)
    expect(await one.read('indexedDb', 'key')).toBe('third')
  })

  it('stands in nobody’s way who deletes the database, and begins anew', async () => {
    const { one, two } = await openTwo()
    await one.replace('indexedDb', 'key', null, 'first')
    await two.read('indexedDb', 'key')
    expect(await one.deleteDatabase()).toBe('deleted')
    expect(await two.read('indexedDb', 'key')).toBeNull()
    expect(await one.replace('indexedDb', 'key', null, 'second')).toBe(true)
  })

  it('keeps nobody from writing while a page that reads can not hear the answer', async () => {
    const { one, two } = await openTwo()
    await one.replace('indexedDb', 'key', null, 'first')
    await two.read('indexedDb', 'key')
    const reading = one.hangInRead('key', HANG_PATH)
    await eventually(() => hanging).toHaveLength(1)
    expect(await two.replace('indexedDb', 'key', 'first', 'second')).toBe(true)
    hanging.pop()?.()
    await reading
  })

  it('keeps nobody waiting while a page that writes can not hear that it was done', async () => {
    const { one, two } = await openTwo()
    await one.replace('indexedDb', 'key', null, 'first')
    await two.read('indexedDb', 'key')
    const writing = one.hangInWrite('key', 'first', 'second', HANG_PATH)
    await eventually(() => hanging).toHaveLength(1)
    expect(await two.replace('indexedDb', 'key', 'second', 'third')).toBe(true)
    hanging.pop()?.()
    expect(await writing).toBe(true)
  })

  it('waits for no write for ever, and then does it no more', async () => {
    const { one, two } = await openTwo()
    await two.read('indexedDb', 'key')
    await one.block()
    await two.beginWrite('indexedDb', 'key', null, 'late')
    await two.advance(DEADLINE_MS - 1000)
    expect(await two.outcomeOfWrite()).toBe('')
    await two.advance(1000)
    expect(await two.outcomeOfWrite()).toBe('failed')
    await one.release()
    expect(await two.replace('indexedDb', 'another key', null, 'x')).toBe(true)
    expect(await two.read('indexedDb', 'key')).toBeNull()
  })
})
