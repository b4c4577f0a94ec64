import type { Clock } from '../support/clock.ts'
import type { MaybePromise } from '../support/maybe-promise.ts'
import { sleep } from '../support/timer.ts'
import { webArea, writeWebArea } from './web-area.ts'
import { requestLock, unlockable, webLocks } from './web-lock.ts'

/** Where the tab's id is kept. */
const ID_KEY = 'latchkey:tab'
/** A page that is being left or reloaded gives the id up within so long, in milliseconds. */
const HANDOVER_MS = 3000
const LOOK_EVERY_MS = 50

/** On the window, so that the frames of a tab find each other's, and copies of this package too. */
const MARK: unique symbol = Symbol.for('latchkey.tab') as never

interface Frame {
  readonly [index: number]: Frame
  readonly length: number
  readonly top?: Frame | null
  readonly document?: Document & { readonly prerendering?: boolean }
  [MARK]?: string
}

let claiming: Promise<string> | undefined

/**
 * What tells this tab from every other. It outlives reloads and being away, and all frames of the tab have the same.
 *
 * A duplicated tab begins with a copy of the sessionStorage, id and all. So whoever uses an id holds a lock on it:
 * who finds it held, and not by a frame of the same tab, is a duplicate and takes a new one.
 *
 * @throws {ConfigurationError | StorageError} There is no sessionStorage.
 */
export function tabId(clock: Clock): MaybePromise<string> {
  const known = (globalThis as unknown as Frame)[MARK]
  // The program may have cleared its storage, this id with it.
  if (known !== undefined && known === keptId()) return known
  claiming ??= claim(clock).finally(() => {
    claiming = undefined
  })
  return claiming
}

/** Nothing has been written in this tab yet, and nothing needs to be for finding that out. */
export function isNewTab(): boolean {
  return keptId() === null
}

function keptId(): string | null {
  return webArea('session').getItem(ID_KEY)
}

async function claim(clock: Clock): Promise<string> {
  const window = globalThis as unknown as Frame
  const { document } = window
  // Until a page that is rendered ahead is shown, its storage is a copy that will be dropped.
  if (document?.prerendering) {
    await new Promise((shown) => document.addEventListener('prerenderingchange', shown, { once: true }))
  }
  for (;;) {
    const kept = keptId()
    const id = kept ?? crypto.randomUUID()
    if (kept === null) {
      // Nothing comes between the two: another frame finds the one with the other.
      writeWebArea('session', ID_KEY, id)
      window[MARK] = id
      await keepLock(lockOf(id)).taken
      return id
    }
    if (await take(id, clock)) {
      window[MARK] = id
      return id
    }
    if (keptId() === id) webArea('session').removeItem(ID_KEY)
  }
}

/** Takes an id that was found, for as long as this page lives. `false`: another tab has it. */
async function take(id: string, clock: Clock): Promise<boolean> {
  const lock = keepLock(lockOf(id))
  const end = clock.monotonic() + HANDOVER_MS
  for (;;) {
    if (lock.held) return true
    if (isInTab(id)) {
      // By the time of the answer it is certain that this frame is next.
      await webLocks().query()
      return true
    }
    if (clock.monotonic() < end) {
      await Promise.race([lock.taken, sleep(clock, LOOK_EVERY_MS)])
      continue
    }
    // What was granted while this page slept is heard of before the answer.
    await webLocks().query()
    if (lock.held) return true
    lock.giveUp()
    return false
  }
}

function lockOf(id: string): string {
  return `latchkey:tab:${id}`
}

interface KeptLock {
  readonly held: boolean
  readonly taken: Promise<void>
  giveUp(): void
}

/** Takes a lock when it is free, and keeps it while this page is not left for another of its tab. */
function keepLock(name: string): KeptLock {
  const lifetime = new AbortController()
  let leave = (): void => {}
  let held = false
  const taken = new Promise<void>((take, fail) => {
    const keep = (): void => {
      const here = new AbortController()
      leave = () => here.abort()
      const hold = (): Promise<void> => {
        held = true
        take()
        return new Promise((left) => here.signal.addEventListener('abort', () => left()))
      }
      requestLock(name, { signal: here.signal }, hold).catch((error: unknown) => fail(unlockable(error)))
    }
    const options = { signal: lifetime.signal }
    addEventListener('pagehide', () => leave(), options)
    addEventListener('pageshow', ({ persisted }) => persisted && keep(), options)
    keep()
  })
  // Whoever shares the tab doesn't wait for it.
  taken.catch(() => {})
  const giveUp = (): void => {
    leave()
    lifetime.abort()
  }
  return {
    get held() {
      return held
    },
    taken,
    giveUp,
  }
}

/** A frame of this tab, this page included, goes by the id. The frames of other origins say nothing. */
function isInTab(
  id: string,
  frame: Frame | null | undefined = (globalThis as unknown as Frame).top,
): boolean {
  if (!frame) return false
  try {
    if (frame[MARK] === id) return true
  } catch {
    // Another origin's; its frames may be of ours again.
  }
  return Array.from({ length: frame.length }, (_, index) => frame[index]).some((child) => isInTab(id, child))
}
