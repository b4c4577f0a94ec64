import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SaferMeClient } from 'latchkey'
import { fakeSaferMe } from 'latchkey/testing'
import { expect, it } from 'vitest'
import { trace } from '../../examples/opentelemetry/tracing.ts'

const credentials = { email: 'ada@example.com', password: 'correct horse' }

function traced() {
  const spans = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] })
  const server = fakeSaferMe()
  const client = new SaferMeClient({ fetch: server.fetch, retry: false })
  const stop = trace(client, provider.getTracer('test'), 'saferme')
  return { client, server, stop, finished: () => spans.getFinishedSpans() }
}

it('every request becomes a span, the refresh that nobody called for among them', async () => {
  const { client, finished } = traced()
  await client.createSession(credentials)
  await client.session.refresh()
  await client.deleteSession()
  expect(finished().map(({ name, kind }) => [name, kind])).toEqual([
    ['saferme.createSession', SpanKind.CLIENT],
    ['saferme.refreshSession', SpanKind.CLIENT],
    ['saferme session ended', SpanKind.INTERNAL],
    ['saferme.deleteSession', SpanKind.CLIENT],
  ])
  expect(finished()[0]?.attributes).toEqual({
    'http.request.method': 'POST',
    'http.request.resend_count': 0,
    'url.template': '/api/v4/session',
    'http.response.status_code': 200,
  })
})

it('a request that failed is an error, and one without an answer has no status', async () => {
  const { client, server, finished } = traced()
  server.fault('createSession', { kind: 'status', status: 503 })
  server.fault('createSession', { kind: 'drop-before' })
  await expect(client.createSession(credentials)).rejects.toThrow()
  await expect(client.createSession(credentials)).rejects.toThrow()
  expect(finished().map(({ status }) => status.code)).toEqual([SpanStatusCode.ERROR, SpanStatusCode.ERROR])
  expect(finished().map(({ attributes }) => attributes['http.response.status_code'])).toEqual([
    503,
    undefined,
  ])
})

it('no span holds a token or a password', async () => {
  const { client, finished } = traced()
  await client.createSession(credentials)
  const token = await client.session.getAccessToken()
  const text = JSON.stringify(
    finished().map(({ name, attributes, events }) => ({ name, attributes, events })),
  )
  expect(text).toContain('createSession')
  expect(text).not.toContain(token)
  expect(text).not.toContain(credentials.password)
})

it('what was stopped traces nothing more', async () => {
  const { client, stop, finished } = traced()
  stop()
  await client.createSession(credentials)
  expect(finished()).toEqual([])
})
