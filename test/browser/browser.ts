import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import {
  type Browser,
  type BrowserContext,
  type Frame,
  type Page,
  chromium as playwright,
  type Worker,
} from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { type ListeningServer, listen } from '../../src/testing/listen.ts'
import { launchChromium } from '../chromium.ts'

/** A name that leads to the site without being loopback, so that a page under it is not in a secure context. */
const INSECURE_HOST = 'site.test'
const START_MS = 60_000
/** What must come about in a browser comes about when the machine has time for it. What never does takes so long to fail. */
const PATIENCE_MS = 30_000

/** Browsers slow hidden pages down and let pages wait behind the back button; Playwright wants neither. */
const WITHOUT = [
  '--disable-back-forward-cache',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
]

/** A site on a real port and the browser that looks at it. They are there from `beforeAll` to `afterAll`. */
export interface Site {
  readonly browser: Browser
  /** Its origin, such as `http://127.0.0.1:49152`. */
  readonly url: string
  /** The same site where browsers give it nothing that is for secure contexts alone. */
  readonly insecureUrl: string
  /**
   * One window as people have it, whose tabs hide each other, can be frozen, and wait behind the back button. Its
   * storages are the same for the whole file. In every other context all pages believe that they are being looked at.
   */
  readonly window: BrowserContext
  /** Opens a page of the site. Default: in a context of its own, with storages of its own, until the test is over. */
  open(context?: BrowserContext): Promise<Page>
}

/** What an entry exports, called from the test: arguments and answers travel as JSON does. */
export type Inside<Entry> = {
  readonly [Name in keyof Entry as Entry[Name] extends (...args: never[]) => unknown
    ? Name
    : never]: Entry[Name] extends (...args: infer Args) => infer Answer
    ? (...args: Args) => Promise<Awaited<Answer>>
    : never
}

/**
 * Serves `entry` to a Chromium of the file's own. Every path that ends in `.html`, and `/`, is a page that runs it;
 * `/entry.js` is the same as a script for workers.
 *
 * @param entry the module, relative to this folder; what it exports is called with {@link inside}
 * @param fetch answers every other path, on the same origin
 * @param headers that pages come with
 */
export function useSite(
  entry: string,
  fetch?: typeof globalThis.fetch,
  headers: Readonly<Record<string, string>> = {},
): Site {
  let browser: Browser | undefined
  let window: BrowserContext | undefined
  let server: ListeningServer | undefined
  const contexts: BrowserContext[] = []
  beforeAll(async () => {
    const script = await bundle(entry)
    server = await listen(async (input, init) => {
      const { pathname } = new URL(String(input))
      return (
        own(pathname, script, headers) ?? fetch?.(input, init) ?? new Response('Not found', { status: 404 })
      )
    }, 0)
    const port = await freePort()
    const args = [`--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`, `--remote-debugging-port=${port}`]
    browser = await launchChromium({ args, ignoreDefaultArgs: WITHOUT })
    const plain = await playwright.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true })
    window = plain.contexts()[0]
  }, START_MS)
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close()
  }, START_MS)
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  }, START_MS)
  const there = <T>(thing: T | undefined): T => {
    if (!thing) throw new Error('The site is there while tests run, and not before')
    return thing
  }
  return {
    get browser() {
      return there(browser)
    },
    get url() {
      return there(server).url
    },
    get window() {
      return there(window)
    },
    get insecureUrl() {
      return there(server).url.replace('127.0.0.1', INSECURE_HOST)
    },
    open: async (given) => {
      const context = given ?? (await there(browser).newContext())
      if (!given) contexts.push(context)
      const page = await context.newPage()
      await page.goto(there(server).url)
      return page
    },
  }
}

/**
 * Reaches what the entry exports, where it runs: in a page, a frame, a worker.
 *
 * @example
 * const page = await site.open()
 * await inside<typeof import('./my-entry.ts')>(page).doSomething('there')
 */
export function inside<Entry>(realm: Page | Frame | Worker): Inside<Entry> {
  const call =
    (name: string) =>
    (...args: unknown[]): Promise<unknown> =>
      (realm as Page).evaluate(
        ([name, args]) => {
          const { entry } = globalThis as unknown as {
            entry: Record<string, (...args: unknown[]) => unknown>
          }
          return entry[name]?.(...args)
        },
        [name, args] as const,
      )
  return new Proxy({} as Inside<Entry>, {
    // Whoever awaits this must not take it for a promise.
    get: (_, name) => (typeof name === 'string' && name !== 'then' ? call(name) : undefined),
  })
}

/** Expects of what is looked at again and again that it comes to be so, however long the browser takes. */
export function eventually<T>(look: () => T) {
  return expect.poll(look, { timeout: PATIENCE_MS })
}

async function freePort(): Promise<number> {
  const { url, close } = await listen(async () => new Response(), 0)
  await close()
  return Number(new URL(url).port)
}

async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    alias: {
      latchkey: fileURLToPath(new URL('../../src/index.ts', import.meta.url)),
      'latchkey/testing': fileURLToPath(new URL('../../src/testing/index.ts', import.meta.url)),
    },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'entry',
    platform: 'browser',
    target: 'es2023',
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}

function own(path: string, script: string, headers: Readonly<Record<string, string>>): Response | undefined {
  if (path === '/entry.js') return new Response(script, { headers: { 'content-type': 'text/javascript' } })
  if (path !== '/' && !path.endsWith('.html')) return undefined
  const html =
    '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script src="/entry.js"></script>'
  return new Response(html, { headers: { 'content-type': 'text/html', ...headers } })
}
