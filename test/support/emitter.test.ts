import { describe, expect, it, vi } from 'vitest'
import { createEmitter } from '../../src/support/emitter.ts'

const made = () => createEmitter<{ tick: number; tock: string }>()

describe('an emitter', () => {
  it('calls the listeners of a type, in the order in which they came', () => {
    const { on, emit } = made()
    const called: unknown[] = []
    on('tick', (event) => called.push(['first', event]))
    on('tick', (event) => called.push(['second', event]))
    on('tock', (event) => called.push(['other', event]))
    emit('tick', 1)
    expect(called).toEqual([
      ['first', 1],
      ['second', 1],
    ])
  })

  it('survives listeners that throw, reject, or answer any other promise', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const { on, emit } = made()
    const last = vi.fn()
    // As the promises of a library of its own, which is no subclass of the platform's.
    const then = vi.fn((_: unknown, reject?: (error: Error) => void) => reject?.(new Error('x')))
    const refused = Object.defineProperty({}, 'then', { value: then })
    on('tick', () => {
      throw new Error('x')
    })
    on('tick', async () => Promise.reject(new Error('x')))
    on('tick', () => refused)
    on('tick', last)
    emit('tick', 1)
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', unhandled)
    expect(last).toHaveBeenCalledTimes(1)
    expect(then).toHaveBeenCalledTimes(1)
    expect(unhandled).not.toHaveBeenCalled()
  })

  it('calls a listener no more once it was removed, though it be by the one before it', () => {
    const { on, emit } = made()
    const removed = vi.fn()
    on('tick', () => stop())
    const stop = on('tick', removed)
    emit('tick', 1)
    stop()
    emit('tick', 2)
    expect(removed).not.toHaveBeenCalled()
  })

  it('keeps two registrations of one function apart', () => {
    const { on, emit } = made()
    const twice = vi.fn()
    const stop = on('tick', twice)
    on('tick', twice)
    stop()
    stop()
    emit('tick', 1)
    expect(twice).toHaveBeenCalledTimes(1)
  })

  it('does not call one that is added meanwhile for the event that is under way', () => {
    const { on, emit } = made()
    const late = vi.fn()
    on('tick', () => void on('tick', late))
    emit('tick', 1)
    expect(late).not.toHaveBeenCalled()
  })

  it('listens until the signal is aborted, not at all if it is already, and holds on to no signal', () => {
    const { on, emit } = made()
    const stopped = new AbortController()
    const removed = vi.spyOn(stopped.signal, 'removeEventListener')
    const [until, never, first] = [vi.fn(), vi.fn(), vi.fn()]
    on('tick', until, { signal: stopped.signal })
    on('tick', first, { signal: stopped.signal })()
    expect(removed).toHaveBeenCalledTimes(1)
    on('tick', never, { signal: AbortSignal.abort() })
    emit('tick', 1)
    stopped.abort()
    emit('tick', 2)
    expect([until, never, first].map(({ mock }) => mock.calls.length)).toEqual([1, 0, 0])
  })
})
