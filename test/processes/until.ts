import { setTimeout as pause } from 'node:timers/promises'

const LOOK_EVERY_MS = 5

/** Waits for what must come true. Throws an `Error` that says what it was if it doesn't within `boundMs`. */
export async function until(
  what: string,
  boundMs: number,
  isTrue: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = Date.now() + boundMs
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${boundMs} ms`)
    await pause(LOOK_EVERY_MS)
  }
}
