import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, vi } from 'vitest'
import { API_NAMES, type ApiName } from '../../examples/playground/control.ts'
import { buildPage, type PageFiles } from '../../examples/playground/server/build-page.ts'
import { type Playground, startPlayground } from '../../examples/playground/server/playground.ts'
import { launchChromium } from '../chromium.ts'

const START_MS = 60_000
const PATIENCE_MS = 60_000
const CLOCK_RESOLUTION_MS = 1000
/** How long a test may take on a machine that has a lot to do. */
export const VISIT_MS = 120_000
/** What a browser says by itself, in the console, of a request that was refused or lost. */
const BROWSER_TELLS = 'Failed to load resource: '

/** What the log says of one happening. */
export interface LogLine {
  readonly tab: string
  readonly api: string
  readonly kind: string
  readonly text: string
}

/** A browser that nobody has used before, on a playground of its own. */
export class Visit {
  readonly playground: Playground
  readonly context: BrowserContext
  readonly #console: string[] = []
  readonly #errors: string[] = []

  constructor(playground: Playground, context: BrowserContext) {
    this.playground = playground
    this.context = context
    context.setDefaultTimeout(PATIENCE_MS)
    context.on('console', (message) => {
      const told = `${message.text()} ${message.location().url}`
      if (['error', 'warning'].includes(message.type())) this.#console.push(told)
    })
    context.on('weberror', (error) => this.#errors.push(String(error.error())))
  }

  /** Opens the playground in a tab. */
  async open(): Promise<Page> {
    const page = await this.context.newPage()
    await page.goto(this.playground.url)
    await panel(page, 'clerk').waitFor()
    return page
  }

  /** The requests that the servers have turned away, or let drop. */
  get refusals(): readonly string[] {
    const all = API_NAMES.flatMap((api) => this.playground.fakes[api].requests)
    const refused = all.filter(({ status }) => status === null || status >= 400)
    return refused.map(({ operation, status }) => `${operation} ${status}`)
  }

  /**
   * Expects that nothing went wrong in the page: no error, no violation of the policy, and nothing in the console
   * but what a browser says by itself of each request that a server turned away.
   */
  async expectQuiet(): Promise<void> {
    expect(this.playground.violations).toEqual([])
    expect(this.#errors).toEqual([])
    await eventually(() => expect(this.#console).toHaveLength(this.refusals.length))
    const own = this.#console.filter((line) => {
      const fromServer = this.playground.origins.some((url) => line.includes(` ${url}/`))
      return !(line.startsWith(BROWSER_TELLS) && fromServer)
    })
    expect(own).toEqual([])
  }

  async close(): Promise<void> {
    await this.context.close()
    await this.playground.close()
  }
}

/** Makes a visit the body of a test. */
export type Visiting = (options: VisitOptions, body: (visit: Visit) => Promise<void>) => () => Promise<void>

export interface VisitOptions {
  /** How long access tokens live, in milliseconds. Default: 4,000. */
  readonly tokenLifeMs?: number
  /** Whether nothing may have gone wrong in the page when the visit is over. Default: true. */
  readonly quiet?: boolean
}

/** Starts a browser and builds the page, for the visits of a test file. */
export function useVisits(): Visiting {
  let browser: Browser | undefined
  let files: PageFiles = new Map()
  beforeAll(async () => {
    const latchkey = fileURLToPath(new URL('../../src/index.ts', import.meta.url))
    const launching = launchChromium()
    files = await buildPage(latchkey)
    browser = await launching
  }, START_MS)
  afterAll(() => browser?.close(), START_MS)
  return ({ tokenLifeMs = 4000, quiet = true }, body) =>
    async () => {
      if (!browser) throw new Error('There is no browser')
      const visit = new Visit(await startPlayground({ files, tokenLifeMs }), await browser.newContext())
      try {
        await body(visit)
        if (quiet) await visit.expectQuiet()
      } finally {
        await visit.close()
      }
    }
}

/** Waits until `expectation` holds. */
export function eventually<T>(expectation: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(expectation, { timeout: PATIENCE_MS, interval: 50 })
}

/** The panel of an API. */
export function panel(page: Page, api: ApiName): Locator {
  return page.locator(`.panel[data-api=${api}]`)
}

/** Presses a button of an API's panel. */
export async function press(page: Page, api: ApiName, name: string): Promise<void> {
  await panel(page, api).getByRole('button', { name }).click()
}

/** A part of a panel: how its session is, how long its token lives, what came of the last thing that was asked for. */
export type Part = 'status' | 'countdown' | 'said'

/** Waits until a part of an API's panel shows `text`. */
export async function sees(page: Page, api: ApiName, part: Part, text: string | RegExp): Promise<void> {
  await panel(page, api).locator(`.${part}`, { hasText: text }).waitFor()
}

/** Waits until a part of every API's panel shows `text`. */
export async function seesAll(page: Page, part: Part, text: string | RegExp): Promise<void> {
  await Promise.all(API_NAMES.map((api) => sees(page, api, part, text)))
}

/** What calls bring. */
export const ANSWERS: Readonly<Record<ApiName, string>> = {
  saferme: 'The session of user 1',
  koms: 'The user is ada@example.com',
  zelf: 'The device is device-1',
  clerk: 'The reports of user_1',
}

/** Signs in to an API, and calls it. */
export async function signIn(page: Page, api: ApiName): Promise<void> {
  await press(page, api, 'Sign in')
  await sees(page, api, 'said', 'Signed in.')
  await call(page, api)
}

/** Calls an API, and waits for its answer. */
export async function call(page: Page, api: ApiName): Promise<void> {
  await press(page, api, 'Call')
  await sees(page, api, 'said', ANSWERS[api])
}

/**
 * Waits until all tokens have run out, for the clients as well: those know the servers' clocks to a second, and to
 * the time that an answer took.
 */
export async function outlivesAll(page: Page): Promise<void> {
  await seesAll(page, 'countdown', 'Token ran out')
  const took = (await logOf(page)).map(({ text }) => Number(/after (\d+) ms$/.exec(text)?.[1] ?? 0))
  await page.waitForTimeout(CLOCK_RESOLUTION_MS + Math.max(...took))
}

/** Signs in to every API, and calls it. */
export async function signInAll(page: Page): Promise<void> {
  for (const api of API_NAMES) await signIn(page, api)
}

/** The log, the oldest first. */
export async function logOf(page: Page): Promise<readonly LogLine[]> {
  const lines = await page.locator('.log li').evaluateAll((items) =>
    items.map((item) => ({
      tab: item.getAttribute('data-tab') ?? '',
      api: item.getAttribute('data-api') ?? '',
      kind: item.getAttribute('data-kind') ?? '',
      text: item.querySelector('.log-text')?.textContent ?? '',
    })),
  )
  return lines.reverse()
}

/** How many refreshes the servers have granted. */
export function granted({ fakes }: Playground): Readonly<Record<ApiName, number>> {
  return {
    saferme: fakes.saferme.refreshes,
    koms: fakes.koms.refreshes,
    zelf: fakes.zelf.count('createSession') - 1,
    clerk: fakes.clerk.count('createSessionToken') - 1,
  }
}
