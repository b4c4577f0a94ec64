import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Method } from '../../src/http/endpoint.ts'
import { retryPolicyOf } from '../../src/http/retry-policy.ts'
import { ApiError, ConfigurationError, type Fetch, NetworkError, SaferMeClient } from '../../src/index.ts'
import { transport } from './transport.ts'

const PASSING = [408, 420, 429, 500, 502, 503, 504]
const ok = () => Response.json({ fine: true })

/** Answers with each in turn, then well. */
function answers(...given: (number | Response | Error)[]) {
  return vi.fn(async () => {
    const next = given.shift()
    if (next === undefined) return ok()
    if (next instanceof Error) throw next
    return typeof next === 'number' ? new Response(null, { status: next }) : next
  })
}

const retryAfter = (value: string, status = 503, headers = {}) =>
  new Response(null, { status, headers: { 'retry-after': value, ...headers } })

// Whatever waited on real time would wait for ever.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] }))
afterEach(() => void vi.useRealTimers())

describe('a request that may be repeated', () => {
  it.each(['GET', 'PUT', 'DELETE'] as const)('survives what passes: %s', async (method) => {
    for (const failure of [...PASSING, new TypeError('fetch failed')]) {
      const fetch = answers(failure)
      const { call, clock } = transport(fetch)
      expect(await call(method)).toEqual({ fine: true })
      expect(fetch).toHaveBeenCalledTimes(2)
      expect(clock.pending).toBe(0)
    }
  })

  it.each([400, 401, 403, 404, 409, 418, 422, 501, 505])(
    'is not repeated after a %d, which stays',
    async (status) => {
      const fetch = answers(status)
      await expect(transport(fetch).call()).rejects.toMatchObject({ status })
      expect(fetch).toHaveBeenCalledTimes(1)
    },
  )

  it('is repeated where the API’s own error says that it may pass, and nowhere else', async () => {
    class OwnApiError extends ApiError {
      override get mayPass(): boolean {
        return this.status === 425
      }
    }
    for (const [status, sends] of [
      [425, 2],
      [500, 1],
    ] as const) {
      const fetch = answers(status)
      const { call } = transport(fetch, { toError: (failure) => new OwnApiError(failure) })
      await call().catch(() => {})
      expect(fetch).toHaveBeenCalledTimes(sends)
    }
  })

  it('is given up after two repetitions, with the last failure', async () => {
    const fetch = answers(500, 502, 504)
    await expect(transport(fetch).call()).rejects.toMatchObject({ code: 'api', status: 504 })
    expect(fetch).toHaveBeenCalledTimes(3)
  })

  it('is repeated after an attempt that took too long', async () => {
    const fetch = vi.fn(() => new Promise<Response>(() => {})).mockResolvedValueOnce(ok())
    fetch
      .mockReset()
      .mockReturnValueOnce(new Promise(() => {}))
      .mockResolvedValueOnce(ok())
    const { call, clock } = transport(fetch)
    expect(await call()).toEqual({ fine: true })
    expect(clock.monotonic()).toBeGreaterThanOrEqual(10_000)
  })
})

describe('a request that may have been acted on', () => {
  it.each(['POST', 'PATCH'] as const)('is sent once, or things would be done twice: %s', async (method) => {
    for (const failure of [408, 500, 502, 503, 504, new TypeError('fetch failed')]) {
      const fetch = answers(failure)
      await expect(transport(fetch).call(method)).rejects.toThrow(
        failure instanceof Error ? NetworkError : ApiError,
      )
      expect(fetch).toHaveBeenCalledTimes(1)
    }
  })

  it.each(['POST', 'PATCH'] as const)('is repeated where it was turned away unread: %s', async (method) => {
    for (const refusal of [420, 429, retryAfter('1')]) {
      const fetch = answers(refusal)
      expect(await transport(fetch).call(method)).toEqual({ fine: true })
      expect(fetch).toHaveBeenCalledTimes(2)
    }
  })

  it('is not repeated for a Retry-After that means nothing', async () => {
    for (const junk of ['soon 1', '-5', 'x', 'Infinity', '']) {
      const fetch = answers(retryAfter(junk))
      await expect(transport(fetch).call('POST')).rejects.toMatchObject({
        status: 503,
        retryAfter: undefined,
      })
      expect(fetch).toHaveBeenCalledTimes(1)
    }
  })

  it('keeps its body when it is repeated', async () => {
    const bodies: string[] = []
    const { clock, send } = transport(async (...sent) => {
      bodies.push(await new Request(...sent).text())
      return bodies.length === 1 ? new Response(null, { status: 429 }) : ok()
    })
    await clock.until(send({ method: 'POST', write: () => ({ json: { a: 'ü' } }) }))
    expect(bodies).toEqual(['{"a":"ü"}', '{"a":"ü"}'])
  })
})

describe('the wait before a repetition', () => {
  const waits = async (random: number, ...given: (number | Response)[]) => {
    const made = transport(answers(...given))
    Object.assign(made.clock, { random: () => random })
    await made.call()
    return made.events.flatMap((event) => (event.type === 'retry' ? [event.delayMs] : []))
  }

  it('is anything up to a bound that doubles, so that clients do not come back at once', async () => {
    expect(await waits(0, 500, 500)).toEqual([0, 0])
    expect(await waits(0.5, 500, 500)).toEqual([150, 300])
    expect(await waits(0.999, 500, 500)).toEqual([299.7, 599.4])
  })

  it('is what the server asks for, in seconds or until a date', async () => {
    const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toUTCString()
    expect(await waits(0.5, retryAfter('7'), retryAfter('0.5'))).toEqual([7000, 500])
    expect(await waits(0.5, retryAfter(at(9)))).toEqual([9000])
    expect(await waits(0.5, retryAfter('2026-01-01T00:00:04Z'))).toEqual([4000])
    expect(await waits(0.5, retryAfter(at(500), 503, { date: at(495) }))).toEqual([5000])
    expect(await waits(0.5, retryAfter(at(-60)))).toEqual([0])
  })

  it('is given up at once where the server asks for more than is left, or than anybody waits for', async () => {
    for (const value of ['31', '86400', '99999999999999999999', '30']) {
      const fetch = answers(retryAfter(value, 429))
      const { call, clock } = transport(fetch)
      await expect(call()).rejects.toMatchObject({ status: 429 })
      expect([fetch.mock.calls.length, clock.monotonic(), clock.pending]).toEqual([1, 0, 0])
    }
  })

  it('is no longer than anybody waits for, however much time there is', async () => {
    for (const [value, sends] of [
      ['30', 2],
      ['31', 1],
    ] as const) {
      const fetch = answers(retryAfter(value, 429))
      await transport(fetch)
        .call('GET', { timeout: 1e6 })
        .catch(() => {})
      expect(fetch).toHaveBeenCalledTimes(sends)
    }
  })

  it('never goes beyond the time that the caller has', async () => {
    const fetch = answers(retryAfter('3'), retryAfter('3'))
    const { call, clock } = transport(fetch)
    await expect(call('GET', { timeout: 5000 })).rejects.toMatchObject({ status: 503 })
    expect([fetch.mock.calls.length, clock.monotonic()]).toEqual([2, 3000])
  })

  it('ends with the signal of the caller', async () => {
    const stopped = new AbortController()
    const fetch = answers(retryAfter('20'))
    const { send, clock } = transport(fetch)
    const sent = send({}, { signal: stopped.signal })
    sent.catch(() => {})
    await clock.advance(5000)
    stopped.abort()
    await expect(sent).rejects.toMatchObject({ code: 'aborted' })
    expect([fetch.mock.calls.length, clock.pending]).toEqual([1, 0])
  })
})

describe('the retry option', () => {
  it('false sends once', async () => {
    const fetch = answers(503)
    await expect(transport(fetch, { retry: false }).call()).rejects.toMatchObject({ status: 503 })
    expect(fetch).toHaveBeenCalledTimes(1)
  })

  it('is a number of repetitions, and leaves the rest as it was', async () => {
    const fetch = answers(500, 500, 500, 500)
    const retry = retryPolicyOf({ retries: 4, baseMs: undefined } as never)
    expect(await transport(fetch, { retry }).call()).toEqual({ fine: true })
    expect(retryPolicyOf({ retries: undefined } as never)).toMatchObject({ retries: 2, baseMs: 300 })
  })

  it.each([
    { retries: -1 },
    { retries: 1.5 },
    { retries: Number.NaN },
    { baseMs: -1 },
    { maxMs: Number.NaN },
  ])('that is no good is found out when the client is made: %j', (retry) => {
    expect(() => new SaferMeClient({ retry })).toThrow(ConfigurationError)
  })
})

describe('every method of an operation', () => {
  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as Method[])('goes out as it is: %s', async (method) => {
    const fetch = vi.fn(async (...sent: Parameters<Fetch>) => Response.json(new Request(...sent).method))
    expect(await transport(fetch).call(method)).toBe(method)
  })
})
