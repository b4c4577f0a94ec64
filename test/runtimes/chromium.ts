import { chromium as playwright } from 'playwright-core'
import { find } from '../programs.ts'
import { bundleWhole } from './bundle.ts'
import type { report } from './core/report.ts'
import type { Runtime } from './runtime.ts'

/** Where the page is said to be from: SaferMe is on another origin. */
export const PAGE_ORIGIN = 'http://core.localhost'

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A page that no server has sent counts as one from the open network, which may not reach this machine unasked.
  '--disable-features=LocalNetworkAccessChecks',
]

/** A page in the Chromium that the machine has. There are no files. */
export const chromium: Runtime = {
  name: 'Chromium',
  program: find('chromium'),
  pinned: false,
  run: async (program, { url }, installed) => {
    const script = await bundleWhole('report.ts', installed, { format: 'iife', globalName: 'core' })
    const browser = await playwright.launch({ executablePath: program, args: ARGUMENTS })
    try {
      const page = await browser.newPage()
      await page.route(`${PAGE_ORIGIN}/`, (route) =>
        route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
      )
      await page.goto(PAGE_ORIGIN)
      await page.addScriptTag({ content: script })
      const outcome = await page.evaluate((url) => {
        const { core } = globalThis as unknown as { core: { report: typeof report } }
        return core.report({ url })
      }, url)
      return { version: browser.version(), ...outcome }
    } finally {
      await browser.close()
    }
  },
}
