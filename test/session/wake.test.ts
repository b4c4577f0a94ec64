import { afterEach, expect, it, vi } from 'vitest'
import { onWake } from '../../src/session/wake.ts'

afterEach(() => vi.unstubAllGlobals())

/** A page that begins hidden, or shown. */
function pageThatIs(visibilityState: string) {
  const page = new EventTarget()
  const document = Object.assign(new EventTarget(), { visibilityState })
  vi.stubGlobal('document', document)
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
  const say = (type: string): void => {
    for (const target of [page, document]) target.dispatchEvent(new Event(type))
  }
  return { document, say }
}

it.each(['pageshow', 'online', 'visibilitychange'])('%s wakes, until it is stopped', (type) => {
  const { say } = pageThatIs('visible')
  let woken = 0
  const stop = onWake(() => woken++)
  say(type)
  expect(woken).toBe(1)
  stop()
  say(type)
  expect(woken).toBe(1)
})

it('a page that is hidden wakes when it is shown', () => {
  const { document, say } = pageThatIs('visible')
  let woken = 0
  onWake(() => woken++)
  document.visibilityState = 'hidden'
  say('visibilitychange')
  expect(woken).toBe(0)
  document.visibilityState = 'visible'
  say('visibilitychange')
  expect(woken).toBe(1)
})

it('outside a page nothing wakes, and nothing breaks', () => {
  expect(onWake(() => {})()).toBeUndefined()
})
