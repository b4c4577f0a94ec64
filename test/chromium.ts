import { type Browser, type LaunchOptions, chromium as playwright } from 'playwright-core'
import { find } from './programs.ts'

/** Where Chromium is; `undefined`: there is none, and what needs it is skipped by `describe.skipIf(!chromium)`. */
export const chromium: string | undefined = find('chromium')

/** It runs as root and without a graphics card, and asks nobody but the tests' own servers. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * Starts a Chromium that nobody has used before. Rejects where there is none.
 *
 * @param options Playwright's own; their `args` come after those that every test wants
 */
export function launchChromium({ args = [], ...options }: LaunchOptions = {}): Promise<Browser> {
  return playwright.launch({ ...options, executablePath: chromium ?? '', args: [...ARGUMENTS, ...args] })
}
