import type { Clock, TimerHandle } from './clock.ts'

/** Platforms store a delay in 31 bits and fire at once beyond it. */
const LONGEST_CHUNK_MS = 2 ** 30

/**
 * Calls `callback` after `milliseconds`, however long that is, and answers the function that takes it back.
 *
 * @param background the timer must not keep a Node process alive
 */
export function startTimer(
  clock: Clock,
  milliseconds: number,
  callback: () => void,
  background = false,
): () => void {
  const end = clock.monotonic() + milliseconds
  let handle: TimerHandle
  const arm = (left: number): void => {
    handle = clock.setTimeout(fire, Math.min(Math.max(0, Math.ceil(left)), LONGEST_CHUNK_MS))
    if (background) (handle as { unref?: () => void } | undefined)?.unref?.()
  }
  const fire = (): void => {
    const left = end - clock.monotonic()
    if (left > 0) arm(left)
    else callback()
  }
  arm(milliseconds)
  return () => clock.clearTimeout(handle)
}

/** Waits; rejects with the signal's reason as soon as it is aborted. */
export function sleep(clock: Clock, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const abort = (): void => {
      stop()
      reject(signal?.reason)
    }
    const stop = startTimer(clock, milliseconds, () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    })
    signal?.addEventListener('abort', abort, { once: true })
  })
}
