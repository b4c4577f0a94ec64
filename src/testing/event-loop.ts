interface Macrotasks {
  readonly setImmediate?: (callback: () => void) => unknown
  readonly setTimeout: (callback: () => void, milliseconds: number) => unknown
}

/** Taken when the module is loaded, so that a test's fake timers can't stop them. */
const { setImmediate, setTimeout } = globalThis as Macrotasks

/** Lets the event loop turn: promises settle, streams and sockets move on, real timers that are due fire. */
export async function turnEventLoop(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    await new Promise<void>((resolve) => {
      if (setImmediate) setImmediate(resolve)
      else setTimeout(resolve, 0)
    })
  }
}

/** Waits for a real millisecond, which a socket may need to be heard. */
export function pauseEventLoop(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1))
}
