import { describe, expect, it, vi } from 'vitest'
import { LARGEST_BODY_BYTES } from '../../src/http/read-body.ts'
import { NetworkError, ResponseValidationError, type Schema } from '../../src/index.ts'
import { transport } from './transport.ts'

const thing: Schema<{ id: number }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      typeof (value as { id?: unknown } | undefined)?.id === 'number'
        ? { value: value as { id: number } }
        : { issues: [{ message: 'not a number', path: ['id'] }] },
  },
}

const once = (body: BodyInit | null, init?: ResponseInit) =>
  transport(async () => new Response(body, init), { retry: false })

describe('an answer is read for what it is', () => {
  it.each([
    ['as plain text', '{"id":1}', 'text/plain'],
    ['as a page', '{"id":1}', 'text/html'],
    ['without a content type', '{"id":1}', ''],
    ['with space around it', ' \n{"id":1}\n', 'application/json'],
    ['with a byte order mark', '\ufeff{"id":1}', 'application/json'],
  ])('JSON %s', async (_, body, type) => {
    const { send } = once(new TextEncoder().encode(body), { headers: { 'content-type': type } })
    expect(await send({ read: (answer) => answer.parse(thing) })).toEqual({ id: 1 })
  })

  it('unknown fields pass untouched', async () => {
    const { send } = once('{"id":1,"new":{"deep":[null]}}')
    expect(await send({ read: (answer) => answer.parse(thing) })).toEqual({ id: 1, new: { deep: [null] } })
  })

  it.each([
    ['nothing', '', 200],
    ['space', '  \n', 200],
    ['no content', null, 204],
  ])('%s is no value, and an operation that wants none is content', async (_, body, status) => {
    expect(await once(body, { status }).send({ read: (answer) => answer.status })).toBe(status)
    await expect(
      once(body, { status }).send({ read: (answer) => answer.parse(thing) }),
    ).rejects.toMatchObject({
      code: 'response_validation',
      fields: ['id'],
    })
  })

  it('also where the platform has no streams, as in React Native', async () => {
    const { send } = transport(async () =>
      Object.defineProperty(Response.json({ id: 1 }), 'body', { value: undefined }),
    )
    expect(await send({ read: (answer) => answer.parse(thing) })).toEqual({ id: 1 })
  })

  it('invalid UTF-8 costs the characters that it breaks, not the answer', async () => {
    const bytes = new Uint8Array([...new TextEncoder().encode('{"id":1,"name":"'), 0xff, 0x22, 0x7d])
    expect(await once(bytes).send({ read: (answer) => answer.parse(thing) })).toEqual({
      id: 1,
      name: '\ufffd',
    })
  })

  it('characters that two chunks share stay whole', async () => {
    const bytes = new TextEncoder().encode('{"id":1,"name":"東京"}')
    const body = new ReadableStream({
      start: (controller) => {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
        controller.close()
      },
    })
    expect(await once(body).send({ read: (answer) => answer.parse(thing) })).toEqual({ id: 1, name: '東京' })
  })
})

describe('an answer that is not as documented is a ResponseValidationError', () => {
  it.each([
    ['HTML', '<html>sign in to the Wi-Fi</html>'],
    ['truncated JSON', '{"id":1'],
    ['two values', '{"id":1}{"id":1}'],
    ['an error with status 200', '{"errors":["not authenticated"]}'],
    ['null', 'null'],
    ['a number', '1'],
    ['a list', '[1]'],
    ['a wrong type', '{"id":"1"}'],
    ['brackets without end', '['.repeat(200_000)],
    ['brackets, nested deeply', '['.repeat(200_000) + ']'.repeat(200_000)],
    ['brackets, nested deeply, with an escape', `["\\u0041",${'['.repeat(200_000)}${']'.repeat(200_000)}]`],
  ])('%s', async (_, body) => {
    const { send, clock } = once(body)
    const error = await send({ read: (answer) => answer.parse(thing) }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ResponseValidationError)
    expect(error).toMatchObject({ operation: 'getThings', status: 200 })
    expect(clock.pending).toBe(0)
  })

  it('also where a reader stumbles over it', async () => {
    const { send } = once('{}')
    const read = (answer: { parse(schema: Schema): unknown }) => (answer as never as { a: { b: 1 } }).a.b
    await expect(send({ read: read as never })).rejects.toMatchObject({ code: 'response_validation' })
  })

  it('and is not asked for again', async () => {
    const fetch = vi.fn(async () => new Response('<html>'))
    await expect(transport(fetch).call()).rejects.toMatchObject({ code: 'response_validation' })
    expect(fetch).toHaveBeenCalledTimes(1)
  })
})

describe('keys that would change a prototype', () => {
  it.each([
    '{"id":1,"__proto__":{"admin":true}}',
    '{"id":1,"\\u005f_proto__":{"admin":true}}',
    '{"id":1,"__pr\\u006fto__":{"admin":true}}',
    '{"id":1,"deep":[{"__proto__":{"admin":true}}]}',
  ])('are dropped: %s', async (body) => {
    const answer = (await once(body).send()) as { deep?: { admin?: unknown }[] }
    expect(JSON.stringify(answer)).not.toContain('admin')
    expect(Object.assign({}, answer)).not.toHaveProperty('admin')
    expect(Object.assign({}, answer.deep?.[0])).not.toHaveProperty('admin')
    expect({}).not.toHaveProperty('admin')
  })
})

describe('a body that is too large', () => {
  const huge = (megabytes: number, headers?: HeadersInit) => {
    let pulled = 0
    const cancelled = vi.fn()
    const chunk = new Uint8Array(1024 * 1024).fill(0x20)
    const body = new ReadableStream(
      {
        pull: (controller) => (pulled++ < megabytes ? controller.enqueue(chunk) : controller.close()),
        cancel: cancelled,
      },
      { highWaterMark: 0 },
    )
    return { response: new Response(body, { headers: headers ?? {} }), cancelled, pulled: () => pulled }
  }

  it('is given up at 10 MB, not held in memory, and its connection is cancelled', async () => {
    const { response, cancelled, pulled } = huge(50)
    await expect(transport(async () => response).send()).rejects.toMatchObject({
      code: 'response_validation',
    })
    expect(pulled()).toBeLessThanOrEqual(LARGEST_BODY_BYTES / 1024 / 1024 + 1)
    expect(cancelled).toHaveBeenCalledTimes(1)
  })

  it('is not even begun where its length is told', async () => {
    const { response, cancelled, pulled } = huge(50, { 'content-length': '52428800' })
    await expect(transport(async () => response).send()).rejects.toMatchObject({
      code: 'response_validation',
    })
    expect([pulled(), cancelled.mock.calls.length]).toEqual([0, 1])
  })

  it('but a length that is a lie harms nothing', async () => {
    for (const length of ['3', '0', '-1', 'many']) {
      expect(await once('{"id":1}', { headers: { 'content-length': length } }).send()).toEqual({ id: 1 })
    }
  })
})

describe('a connection that breaks in the middle of a body', () => {
  const broken = (status: number) =>
    new Response(
      new ReadableStream({
        start: (controller) => {
          controller.enqueue(new TextEncoder().encode('{"id":'))
          controller.error(new TypeError('terminated'))
        },
      }),
      { status },
    )

  it.each([200, 422])('is a NetworkError (%d), and a GET is asked again', async (status) => {
    const fetch = vi.fn(async () => Response.json({ id: 1 })).mockResolvedValueOnce(broken(status))
    expect(await transport(fetch).call()).toEqual({ id: 1 })
    const { call, clock } = transport(async () => broken(status))
    const error = await call('POST').catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(NetworkError)
    expect((error as Error).cause).toBeInstanceOf(TypeError)
    expect(clock.pending).toBe(0)
  })
})

describe("with validation 'report'", () => {
  const reporting = (body: string) => {
    const drifts: ResponseValidationError[] = []
    const { send } = transport(async () => new Response(body), {
      onDrift: (error) => void drifts.push(error),
    })
    return { drifts, send }
  }

  it('an answer that is not as documented passes, and is told of', async () => {
    const { drifts, send } = reporting('{"id":"1"}')
    expect(await send({ read: (answer) => answer.parse(thing) })).toEqual({ id: '1' })
    expect(drifts).toMatchObject([{ code: 'response_validation', fields: ['id'], operation: 'getThings' }])
  })

  it('what a session is made of is never let through', async () => {
    const { drifts, send } = reporting('{"id":"1"}')
    await expect(send({ read: (answer) => answer.require(thing) })).rejects.toThrow(ResponseValidationError)
    expect(drifts).toEqual([])
  })

  it('nor is a page', async () => {
    const { send } = reporting('<html>')
    await expect(send({ read: (answer) => answer.parse(thing) })).rejects.toThrow(ResponseValidationError)
  })
})
