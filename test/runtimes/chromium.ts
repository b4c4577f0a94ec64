import { launchChromium, chromium as program } from '../chromium.ts'
import { bundleWhole } from './bundle.ts'
import type { report } from './core/report.ts'
import type { Runtime } from './runtime.ts'

/** Where the page is said to be from: SaferMe is on another origin. */
export const PAGE_ORIGIN = 'http://core.localhost'

/** A page that no server has sent counts as one from the open network, which may not reach this machine unasked. */
const ARGUMENTS = ['--disable-features=LocalNetworkAccessChecks']

/** A page in the Chromium that the machine has. There are no files. */
export const chromium: Runtime = {
  name: 'Chromium',
  program,
  pinned: false,
  run: async (_, { url }, installed) => {
    const script = await bundleWhole('report.ts', installed, { format: 'iife', globalName: 'core' })
    const browser = await launchChromium({ args: ARGUMENTS })
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
