import { afterEach, expect, it, vi } from 'vitest'
import { onWake } from '../../src/session/wake.ts'

afterEach(() => vi.unstubAllGlobals())

/** A page, which says things where platforms do. */
function openPage() {
  const page = new EventTarget()
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  vi.stubGlobal('document', document)
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
  const say = (type: string): void => {
    const target = type === 'visibilitychange' ? document : page
    target.dispatchEvent(new Event(type))
  }
  return { document, say }
}

it.each(['pageshow', 'online', 'visibilitychange'])('%s wakes, until it is stopped', (type) => {
  const { say } = openPage()
  let woken = 0
  const stop = onWake(() => void woken++)
  say(type)
  expect(woken).toBe(1)
  stop()
  say(type)
  expect(woken).toBe(1)
})

it('a page that is hidden wakes when it is shown', () => {
  const { document, say } = openPage()
  let woken = 0
  onWake(() => void woken++)
  document.visibilityState = 'hidden'
  say('visibilitychange')
  expect(woken).toBe(0)
  document.visibilityState = 'visible'
  say('visibilitychange')
  expect(woken).toBe(1)
})

it('outside a page nothing breaks', () => {
  expect(onWake(() => {})).not.toThrow()
})
