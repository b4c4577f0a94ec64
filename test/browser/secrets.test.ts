import { describe, it, onTestFinished } from 'vitest'
import { chromium } from '../chromium.ts'
import { inside, useSite } from './browser.ts'
import type * as entry from './secrets.page.ts'

const TROUBLES: Readonly<Record<entry.SecretsStorage, readonly entry.Trouble[]>> = {
  indexedDb: ['indiscreet', 'overtaken'],
  local: ['indiscreet', 'full'],
  session: ['indiscreet', 'full'],
}

/** Fake clocks turn the event loop by it: a timeout of none is soon one of 4 ms in browsers. */
function addSetImmediate(): void {
  const { port1, port2 } = new MessageChannel()
  const callbacks: (() => void)[] = []
  port1.onmessage = () => callbacks.shift()?.()
  const setImmediate = (callback: () => void): void => {
    callbacks.push(callback)
    port2.postMessage(null)
  }
  Object.assign(globalThis, { setImmediate })
}

const cases = Object.entries(TROUBLES).flatMap(([kind, troubles]) =>
  troubles.map((trouble) => ({ kind: kind as entry.SecretsStorage, trouble })),
)

describe.skipIf(!chromium)('in chromium', () => {
  const site = useSite('secrets.page.ts')

  it.each(cases)('no secret shows, of any API, where $kind is $trouble', async ({ kind, trouble }) => {
    const context = await site.browser.newContext()
    onTestFinished(() => context.close())
    await context.addInitScript(addSetImmediate)
    const page = await site.open(context)
    await inside<typeof entry>(page).endure(kind, trouble)
  })
})
