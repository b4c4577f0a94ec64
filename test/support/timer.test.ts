import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/support/clock.ts'
import { withDeadline } from '../../src/support/deadline.ts'
import { sleep, startTimer } from '../../src/support/timer.ts'
import { fakeClock } from '../../src/testing/index.ts'

const MONTH_MS = 30 * 24 * 3_600_000
const never = () => new Promise<never>(() => {})

describe('a timer', () => {
  it('waits for months, though platforms fire at once beyond 31 bits', async () => {
    const clock = fakeClock()
    const fired = vi.fn()
    startTimer(clock, 3 * MONTH_MS, fired)
    await clock.advance(3 * MONTH_MS - 1)
    expect(fired).not.toHaveBeenCalled()
    await clock.advance(1)
    expect(fired).toHaveBeenCalledTimes(1)
    expect(clock.pending).toBe(0)
  })

  it('can be taken back in its last chunk as in its first', async () => {
    const clock = fakeClock()
    const fired = vi.fn()
    const stop = startTimer(clock, 3 * MONTH_MS, fired)
    await clock.advance(2.9 * MONTH_MS)
    stop()
    expect(clock.pending).toBe(0)
    await clock.advance(MONTH_MS)
    expect(fired).not.toHaveBeenCalled()
  })

  it('never fires early by a fraction, as timers of whole milliseconds do', async () => {
    const clock = fakeClock()
    let at = 0
    startTimer(clock, 0.4, () => {
      at = clock.monotonic()
    })
    await clock.advance(10)
    expect(at).toBe(1)
  })

  it.each([0, -5, Number.NaN])('fires soon for %d', async (milliseconds) => {
    const clock = fakeClock()
    const fired = vi.fn()
    startTimer(clock, milliseconds, fired)
    await clock.advance(0)
    expect(fired).toHaveBeenCalledTimes(1)
  })

  it('in the background does not keep a process alive, and any other does', () => {
    const unref = vi.fn()
    const clock = { ...systemClock, setTimeout: () => ({ unref }), clearTimeout: () => {} }
    startTimer(clock, 1e6, () => {})
    expect(unref).not.toHaveBeenCalled()
    startTimer(clock, 1e6, () => {}, true)
    expect(unref).toHaveBeenCalledTimes(1)
    // Browsers' handles are numbers.
    startTimer({ ...clock, setTimeout: () => 7 }, 1e6, () => {}, true)
  })
})

describe('sleep', () => {
  it('ends in time, and lets go of the signal', async () => {
    const clock = fakeClock()
    const { signal } = new AbortController()
    const removed = vi.spyOn(signal, 'removeEventListener')
    await clock.until(sleep(clock, 100, signal))
    expect(clock.monotonic()).toBe(100)
    expect(removed).toHaveBeenCalledTimes(1)
  })

  it("ends with the signal's reason, and leaves no timer", async () => {
    const clock = fakeClock()
    const stopped = new AbortController()
    const slept = sleep(clock, 100, stopped.signal)
    stopped.abort('enough')
    await expect(slept).rejects.toBe('enough')
    await expect(sleep(clock, 100, stopped.signal)).rejects.toBe('enough')
    expect(clock.pending).toBe(0)
  })
})

describe('withDeadline', () => {
  const error = () => new Error('too late')

  it.each([
    ['answers', async (): Promise<number> => 1, 'resolves'],
    ['rejects', async (): Promise<number> => Promise.reject(1), 'rejects'],
    [
      'throws',
      (): Promise<number> => {
        throw 1
      },
      'rejects',
    ],
  ] as const)('settles as its task does, which %s, and leaves no timer', async (_, task, settles) => {
    const clock = fakeClock()
    await expect(withDeadline(clock, { ms: 100, error }, task))[settles].toBe(1)
    expect(clock.pending).toBe(0)
  })

  it('gives up a task that does not listen, and tells it so', async () => {
    const clock = fakeClock()
    let told: AbortSignal | undefined
    const task = (signal: AbortSignal) => {
      told = signal
      return never()
    }
    await expect(clock.until(withDeadline(clock, { ms: 100, error }, task))).rejects.toThrow('too late')
    expect(told?.reason).toEqual(new Error('too late'))
    expect([clock.monotonic(), clock.pending]).toEqual([100, 0])
  })

  it('gives up with the signal, and leaves neither a timer nor a listener', async () => {
    const clock = fakeClock()
    const stopped = new AbortController()
    const removed = vi.spyOn(stopped.signal, 'removeEventListener')
    const given = withDeadline(clock, { ms: 100, error, signal: stopped.signal }, never)
    stopped.abort('enough')
    await expect(given).rejects.toBe('enough')
    expect(clock.pending).toBe(0)
    expect(removed).toHaveBeenCalled()
  })

  it('does not begin what was given up before', async () => {
    const clock = fakeClock()
    const task = vi.fn(never)
    await expect(
      withDeadline(clock, { ms: 100, error, signal: AbortSignal.abort('enough') }, task),
    ).rejects.toBe('enough')
    expect([task.mock.calls.length, clock.pending]).toEqual([0, 0])
  })

  it('waits for ever where it is told to, without a timer', async () => {
    const clock = fakeClock()
    const given = withDeadline(clock, { ms: Infinity, error }, async () => 'done')
    expect(clock.pending).toBe(0)
    expect(await given).toBe('done')
  })
})

describe("the platform's clock", () => {
  afterEach(() => void vi.useRealTimers())

  it('looks the platform up at each call, so that fake timers work', async () => {
    vi.useFakeTimers({ now: 5000 })
    const fired = vi.fn()
    systemClock.setTimeout(fired, 100)
    const taken = systemClock.setTimeout(fired, 100)
    systemClock.clearTimeout(taken)
    vi.advanceTimersByTime(100)
    expect(fired).toHaveBeenCalledTimes(1)
    expect(systemClock.now()).toBe(5100)
  })
})
