import type { FakeSaferMe, RecordedRequest } from 'latchkey/testing'
import type { CDPSession, Page } from 'playwright-core'
import { type Inside, inside, type Site } from './browser.ts'
import type * as entry from './client.page.ts'

export const PAGES = 20
export const LOAD_MS = 30_000
/** Every fifth page is hidden behind another one. */
const HIDDEN = 5
/** Longer than it takes to find out who sends a refresh, and to get rid of it. */
const SLOW_MS = 60_000
const FROZEN_MS = 5000
/** What a page sent before it froze reaches the server after that, on a machine that has much to do. */
const ON_ITS_WAY_MS = 2000
const PATIENCE_MS = 20_000
const LOOK_EVERY_MS = 20

interface Tab {
  readonly name: string
  readonly page: Page
  readonly cdp: CDPSession
  readonly in: Inside<typeof entry>
}

/** What came of a load. */
export interface LoadReport {
  /** The refreshes that the server answered. */
  readonly refreshes: readonly RecordedRequest[]
  /** How many refreshes were never answered, and how many the server has granted. */
  readonly cutOff: number
  readonly granted: number
  /** How often a request of a page that lived on ended so: an HTTP status, or the code of an error. */
  readonly outcomes: Readonly<Record<string, number>>
  readonly events: Readonly<Record<string, number>>
  /** How the pages that lived on saw the session when the load was over, and after one of them had signed out. */
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** How many requests the frozen page sent while it was frozen, and afterwards. */
  readonly asleep: number
  readonly awake: number
  /** The times between refreshes, in milliseconds. */
  readonly gaps: readonly number[]
}

/**
 * Lets twenty pages of one origin send requests all the time for half a minute. Meanwhile one of them is closed in the
 * middle of a refresh, one crashes in the middle of a refresh, and one is frozen for some seconds. Then one signs out.
 */
export async function runLoad(
  site: Site,
  server: FakeSaferMe,
  kind: 'indexedDb' | 'local',
  path: string,
): Promise<LoadReport> {
  const tabs: Tab[] = []
  for (let index = 0; index < PAGES; index++) tabs.push(await openTab(site, index, kind, path))
  await tabs[0]?.in.signIn()
  const statuses = (tabs: readonly Tab[]): Promise<string[]> =>
    Promise.all(tabs.map(async (tab) => wordsOf((await tab.in.report()).snapshot)))
  await until(async () => (await statuses(tabs)).every((status) => status === 'active'), 'a sign-in')
  const start = Date.now()
  await Promise.all(tabs.map((tab, index) => tab.in.work(index)))

  const closed = await inTheMiddle(server, tabs)
  await closed.page.close()
  await anotherRefresh(server)
  const crashed = await inTheMiddle(server, tabs)
  crashed.cdp.send('Page.crash').catch(() => {})
  await anotherRefresh(server)

  const living = tabs.filter((tab) => tab !== closed && tab !== crashed)
  const sleeper = living.find(({ name }) => isHidden(Number(name))) as Tab
  const sentBy = ({ name }: Tab): number =>
    server.requests.filter(({ headers }) => headers.get('x-page') === name).length
  await sleeper.cdp.send('Page.setWebLifecycleState', { state: 'frozen' })
  await pause(ON_ITS_WAY_MS)
  const beforeSleep = sentBy(sleeper)
  await pause(FROZEN_MS)
  const afterSleep = sentBy(sleeper)
  await sleeper.cdp.send('Page.setWebLifecycleState', { state: 'active' })

  await pause(start + LOAD_MS - Date.now())
  const reports = await Promise.all(living.map((tab) => tab.in.stopWork()))
  const awake = sentBy(sleeper) - afterSleep
  await living[0]?.in.signOut()
  await until(async () => !(await statuses(living)).includes('active'), 'a sign-out').catch(() => {})

  const refreshes = refreshesOf(server).filter(({ status }) => status !== null)
  const report = {
    refreshes,
    cutOff: refreshesOf(server).length - refreshes.length,
    granted: server.refreshes,
    outcomes: sumOf(reports.map(({ outcomes }) => outcomes)),
    events: sumOf(reports.map(({ events }) => events)),
    before: reports.map(({ snapshot }) => wordsOf(snapshot)),
    after: await statuses(living),
    asleep: afterSleep - beforeSleep,
    awake,
    gaps: refreshes.slice(1).map(({ at }, index) => at - (refreshes[index]?.at ?? 0)),
  }
  await Promise.all(living.map(({ page }) => page.close()))
  return report
}

const isHidden = (index: number): boolean => index % HIDDEN === 0

async function openTab(site: Site, index: number, kind: 'indexedDb' | 'local', path: string): Promise<Tab> {
  const page = await site.open(site.window)
  const cdp = await site.window.newCDPSession(page)
  if (!isHidden(index)) await cdp.send('Emulation.setFocusEmulationEnabled', { enabled: true })
  const tab = { name: String(index), page, cdp, in: inside<typeof entry>(page) }
  await tab.in.openClient(kind, path, tab.name)
  return tab
}

const refreshesOf = ({ requests }: FakeSaferMe): readonly RecordedRequest[] =>
  requests.filter(({ operation }) => operation === 'refreshSession')

/** Waits until a page is in the middle of a refresh that the server has not acted on yet, and answers which. */
async function inTheMiddle(server: FakeSaferMe, tabs: readonly Tab[]): Promise<Tab> {
  const before = refreshesOf(server).length
  server.fault('refreshSession', { kind: 'delay', ms: SLOW_MS, before: true })
  await until(() => refreshesOf(server).length > before, 'a refresh')
  const name = refreshesOf(server)[before]?.headers.get('x-page')
  return tabs.find((tab) => tab.name === name) as Tab
}

async function anotherRefresh(server: FakeSaferMe): Promise<void> {
  const { refreshes } = server
  await until(() => server.refreshes > refreshes, 'a refresh after one that was cut off')
}

async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; !(await isSo()); await pause(LOOK_EVERY_MS)) {
    if (Date.now() > end) throw new Error(`Waited in vain for ${what}`)
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, milliseconds))
}

function wordsOf({ status, reason }: { readonly status: string; readonly reason?: string }): string {
  return reason ? `${status} ${reason}` : status
}

function sumOf(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {}
  for (const counts of all)
    for (const [what, times] of Object.entries(counts)) sum[what] = (sum[what] ?? 0) + times
  return sum
}
