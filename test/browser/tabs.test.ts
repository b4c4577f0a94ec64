import { type FakeSaferMe, fakeSaferMe } from 'latchkey/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { chromium } from '../chromium.ts'
import { useSite } from './browser.ts'
import { LOAD_MS, type LoadReport, PAGES, runLoad } from './load.ts'

const TOKEN_LIFE_MS = 2000
const KINDS = ['indexedDb', 'local'] as const
/** No refresh follows the last sooner, by the clients' own rule. */
const SHORTEST_USE_MS = 1000
/** One page is closed, and one crashes. */
const LIVING = PAGES - 2

describe.skipIf(!chromium)('in chromium, of twenty pages of one origin', () => {
  const makeServer = (): FakeSaferMe => fakeSaferMe({ tokenLifeMs: TOKEN_LIFE_MS })
  const servers: Readonly<Record<string, FakeSaferMe>> = { indexedDb: makeServer(), local: makeServer() }
  const site = useSite('client.page.ts', async (input, init) => {
    const url = new URL(String(input))
    const [, kind = '', path = ''] = /^\/(\w+)(\/.*)$/.exec(url.pathname) ?? []
    const answer = servers[kind]?.fetch(new URL(path + url.search, url), init)
    return answer ?? new Response('Not found', { status: 404 })
  })
  const reports = new Map<string, LoadReport>()

  // Both at once: half a minute is long.
  beforeAll(async () => {
    const run = async (kind: (typeof KINDS)[number]): Promise<void> => {
      reports.set(kind, await runLoad(site, servers[kind] as FakeSaferMe, kind, `/${kind}/`))
    }
    await Promise.all(KINDS.map(run))
  }, 150_000)

  describe.each(KINDS)('on the %s storage', (kind) => {
    const report = (): LoadReport => reports.get(kind) as LoadReport

    it('one refreshes each token, and no other does', () => {
      const { refreshes, cutOff, granted, gaps, events } = report()
      const lives = refreshes.length
      process.stdout.write(
        `${PAGES} pages on ${kind}: ${lives} refreshes, ${Math.min(...gaps)} to ${Math.max(...gaps)} ms apart\n`,
      )
      expect(refreshes.map(({ status }) => status)).toEqual(refreshes.map(() => 200))
      expect(new Set(refreshes.map(({ body }) => body)).size).toBe(lives)
      expect([granted, cutOff]).toEqual([lives, PAGES - LIVING])
      expect(lives).toBeGreaterThanOrEqual(LOAD_MS / TOKEN_LIFE_MS)
      expect(Math.min(...gaps)).toBeGreaterThan(SHORTEST_USE_MS)
      expect(events.refreshed ?? 0).toBeLessThanOrEqual(lives)
    })

    it('none is refused, and none is signed out', () => {
      const { outcomes, before, events } = report()
      expect(Object.keys(outcomes)).toEqual(['200'])
      expect(outcomes['200']).toBeGreaterThan(LIVING * 10)
      expect(before).toEqual(Array(LIVING).fill('active'))
      expect(Object.keys(events).filter((type) => /ended|storageFailed|refreshFailed/.test(type))).toEqual([])
    })

    it('one that is frozen sends nothing, and goes on when it wakes', () => {
      expect(report().asleep).toBe(0)
      expect(report().awake).toBeGreaterThan(1)
    })

    it('all are signed out when one signs out', () => {
      expect(report().after).toEqual(['ended deleted', ...Array(LIVING - 1).fill('ended elsewhere')])
      expect(servers[kind]?.sessions).toEqual([])
    })
  })
})
