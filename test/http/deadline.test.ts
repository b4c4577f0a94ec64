import { inspect } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import type { Interceptor } from '../../src/http/http-client.ts'
import { ConfigurationError, NetworkError, SaferMeClient } from '../../src/index.ts'
import { transport } from './transport.ts'

const never = () => new Promise<Response>(() => {})

/** An answer whose body says a little and then nothing more. */
function endless(status = 200) {
  const cancelled = vi.fn()
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"a":')),
    cancel: cancelled,
  })
  return { response: new Response(body, { status }), cancelled }
}

describe('an attempt', () => {
  it('is given up after 10 seconds, though fetch never answers and ignores its signal', async () => {
    const { call, clock } = transport(never, { retry: false })
    await expect(call()).rejects.toMatchObject({ code: 'timeout', name: 'TimeoutError' })
    expect([clock.monotonic(), clock.pending]).toEqual([10_000, 0])
  })

  it('tells fetch that it is given up, so that the connection is let go', async () => {
    let signal: AbortSignal | undefined
    const { call } = transport(
      (_, init) => {
        signal = init?.signal as AbortSignal
        return never()
      },
      { retry: false },
    )
    await expect(call()).rejects.toMatchObject({ code: 'timeout' })
    expect(signal?.aborted).toBe(true)
  })

  it.each([200, 500])(
    'is given up while its body does not end (%d), and the body is cancelled',
    async (status) => {
      const { response, cancelled } = endless(status)
      const { call, clock } = transport(async () => response, { retry: false })
      await expect(call()).rejects.toMatchObject({ code: 'timeout' })
      expect(cancelled).toHaveBeenCalledTimes(1)
      expect([clock.monotonic(), clock.pending]).toEqual([10_000, 0])
    },
  )

  it('has its 10 seconds for headers and body together', async () => {
    const made = transport(
      () => new Promise((resolve) => made.clock.setTimeout(() => resolve(endless().response), 7000)),
      { retry: false },
    )
    await expect(made.call()).rejects.toMatchObject({ code: 'timeout' })
    expect(made.clock.monotonic()).toBe(10_000)
  })

  it('does not count the wait for a token', async () => {
    const made = transport(async () => Response.json({ fine: true }), { retry: false })
    const { clock } = made
    const answer = made.call('GET', {
      intercept: (fetch) => async (input, init) => {
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 20_000))
        return fetch(input, init)
      },
    })
    expect(await answer).toEqual({ fine: true })
    expect(clock.pending).toBe(0)
  })
})

describe('an operation', () => {
  it('is over after 30 seconds, attempts and all', async () => {
    const fetch = vi.fn(never)
    const { call, clock } = transport(fetch)
    await expect(call()).rejects.toMatchObject({ code: 'timeout' })
    expect(clock.monotonic()).toBe(30_000)
    expect(fetch.mock.calls.length).toBe(3)
    expect(clock.pending).toBe(0)
  })

  it('is over after the time that its caller gave it', async () => {
    const { call, clock } = transport(never)
    await expect(call('GET', { timeout: 1234 })).rejects.toMatchObject({ code: 'timeout' })
    expect([clock.monotonic(), clock.pending]).toEqual([1234, 0])
  })

  it('may take for ever where the caller says so', async () => {
    const { call, clock } = transport(never, { timeouts: { attempt: 1e6, total: Infinity }, retry: false })
    await expect(call('GET', { timeout: Infinity })).rejects.toMatchObject({ code: 'timeout' })
    expect(clock.monotonic()).toBe(1e6)
  })

  it('that must not be cut off is not: a refresh sent once keeps waiting for its tokens', async () => {
    const made = transport(
      () => new Promise((resolve) => made.clock.setTimeout(() => resolve(Response.json(1)), 3_600_000)),
    )
    expect(await made.call('PATCH', { unbounded: true, single: true })).toBe(1)
    expect(made.clock.pending).toBe(0)
  })

  it.each([-1, Number.NaN, { attempt: -1 }, { total: Number.NaN }])(
    'takes no time that is none: %j',
    (timeout) => {
      expect(() => new SaferMeClient({ timeout })).toThrow(ConfigurationError)
    },
  )

  it('leaves no timer armed once it is done', async () => {
    const { send, clock } = transport(async () => Response.json(1))
    await send()
    expect(clock.pending).toBe(0)
  })
})

describe('the signal of a caller', () => {
  it('stops the wait for a token too: nobody is left to send anything with it', async () => {
    const stopped = new AbortController()
    let waiting: AbortSignal | null | undefined
    const { send } = transport(never)
    const intercept: Interceptor = () => (_, init) => {
      waiting = init?.signal
      return never()
    }
    const sent = send({}, { signal: stopped.signal, intercept })
    await vi.waitFor(() => expect(waiting).toBeDefined())
    stopped.abort()
    await expect(sent).rejects.toMatchObject({ code: 'aborted' })
    expect(waiting?.aborted).toBe(true)
  })

  it('that is aborted already sends nothing', async () => {
    const fetch = vi.fn(never)
    const { call, clock } = transport(fetch)
    await expect(call('GET', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' })
    expect([fetch.mock.calls.length, clock.pending]).toEqual([0, 0])
  })

  it.each([
    ['while fetch hangs', never],
    ['while the body hangs', async () => endless().response],
  ])('ends it %s, with an AbortError, and leaves no timer', async (_, fetch) => {
    const stopped = new AbortController()
    const { send, clock } = transport(fetch)
    const sent = send({}, { signal: stopped.signal })
    sent.catch(() => {})
    await clock.advance(100)
    stopped.abort()
    await expect(sent).rejects.toMatchObject({
      name: 'AbortError',
      code: 'aborted',
      cause: { name: 'AbortError' },
    })
    expect(clock.pending).toBe(0)
  })

  it('cancels a body whose headers had just come', async () => {
    const stopped = new AbortController()
    const { response, cancelled } = endless()
    const { send } = transport(async () => response)
    const sent = send(
      {},
      {
        signal: stopped.signal,
        intercept: (fetch) => async (input, init) => {
          const answer = await fetch(input, init)
          stopped.abort()
          return answer
        },
      },
    )
    await expect(sent).rejects.toMatchObject({ code: 'aborted' })
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalledTimes(1))
  })

  it('means nothing once the answer is there, and is not listened to any more', async () => {
    const stopped = new AbortController()
    const added = vi.spyOn(stopped.signal, 'addEventListener')
    const removed = vi.spyOn(stopped.signal, 'removeEventListener')
    const { send } = transport(async () => Response.json(1))
    expect(await send({}, { signal: stopped.signal })).toBe(1)
    expect(removed.mock.calls.length).toBe(added.mock.calls.length)
    stopped.abort()
  })

  it('is let go of when the time is over though fetch hangs on', async () => {
    const { signal } = new AbortController()
    const added = vi.spyOn(signal, 'addEventListener')
    const removed = vi.spyOn(signal, 'removeEventListener')
    await expect(transport(never).call('GET', { signal })).rejects.toMatchObject({ code: 'timeout' })
    expect(removed.mock.calls.length).toBeGreaterThanOrEqual(added.mock.calls.length)
  })

  it('of AbortSignal.timeout is a timeout, not an abort', async () => {
    const stopped = new AbortController()
    const { send } = transport(never)
    const sent = send({}, { signal: stopped.signal })
    stopped.abort(new DOMException('too late', 'TimeoutError'))
    await expect(sent).rejects.toMatchObject({ name: 'TimeoutError', code: 'timeout' })
  })

  it.each(['no error', undefined, new Error('of their own'), 0])(
    'may have any reason: %s',
    async (reason) => {
      const stopped = new AbortController()
      const { send } = transport(never)
      const sent = send({}, { signal: stopped.signal })
      stopped.abort(reason)
      await expect(sent).rejects.toMatchObject({ code: 'aborted' })
    },
  )
})

describe('a fetch that fails', () => {
  it.each([
    ['rejects', async () => Promise.reject(new TypeError('fetch failed'))],
    [
      'throws',
      () => {
        throw new TypeError('fetch failed')
      },
    ],
    ['answers nothing', (async () => undefined) as never],
  ])('%s: a NetworkError with the TypeError as its cause', async (_, fetch) => {
    const { send, clock } = transport(fetch, { retry: false })
    const error = await send().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(NetworkError)
    expect((error as Error).cause).toBeInstanceOf(TypeError)
    expect(clock.pending).toBe(0)
  })

  it('with an error of the platform’s that quotes the URL, or has it beside, tells it without', async () => {
    const url = 'https://api.test/base/things?jwt=SECRET'
    const bytes = Object.assign(new Error('bytes'), { data: Buffer.from('SECRET') })
    for (const thrown of [
      new TypeError(`error sending request for url (${url})`),
      new TypeError(`Failed to fetch '${url}': refused`),
      Object.assign(new TypeError('Unable to connect'), { path: url }),
      new TypeError('fetch failed', { cause: bytes }),
    ]) {
      const error = await transport(() => Promise.reject(thrown), { retry: false })
        .send()
        .catch((failure: unknown) => failure)
      expect((error as Error).cause).toBeInstanceOf(TypeError)
      expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/SECRET|api\.test/)
    }
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
    const plain = new TypeError('fetch failed', { cause: refused })
    const call = transport(() => Promise.reject(plain), { retry: false }).send()
    await expect(call).rejects.toHaveProperty('cause', plain)
  })

  it('with anything but a TypeError keeps it to itself: it may hold anything', async () => {
    for (const thrown of [new Error('token'), 'token', { token: 1 }, undefined]) {
      const error = await transport(() => Promise.reject(thrown), { retry: false })
        .send()
        .catch((failure: unknown) => failure)
      expect(error).toBeInstanceOf(NetworkError)
      expect(error).not.toHaveProperty('cause')
    }
  })
})
