import { type Attributes, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api'
import type { Listen, ResponseEvent, Session, TransportEvents } from 'latchkey'

/** A client of Latchkey's, as far as tracing goes. */
interface Traced {
  readonly on: Listen<TransportEvents>
  readonly session: Pick<Session, 'on'>
}

/**
 * Makes a span of each request that a client sends, refreshes and replays among them, and of each end of a session.
 * Events hold no token and no URL, so neither do spans.
 *
 * @param system the API's name, as in `saferme`
 * @returns the function that stops it
 */
export function trace(client: Traced, tracer: Tracer, system: string): () => void {
  const stopping = new AbortController()
  const { signal } = stopping
  client.on('response', (event) => traceRequest(tracer, system, event), { signal })
  client.session.on(
    'ended',
    ({ reason }) => tracer.startSpan(`${system} session ended`, { attributes: { reason } }).end(),
    { signal },
  )
  return () => stopping.abort()
}

function traceRequest(tracer: Tracer, system: string, event: ResponseEvent): void {
  const { operation, method, path, attempt, status, durationMs } = event
  const attributes: Attributes = {
    'http.request.method': method,
    'http.request.resend_count': attempt - 1,
    ...(path !== undefined && { 'url.template': path }),
    ...(status !== undefined && { 'http.response.status_code': status }),
  }
  const end = Date.now()
  const span = tracer.startSpan(`${system}.${operation}`, {
    kind: SpanKind.CLIENT,
    startTime: end - durationMs,
    attributes,
  })
  if (status === undefined || status >= 400) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end(end)
}
