import type { Fault } from '../../src/testing/index.ts'

/** Ways in which an answer goes wrong that quotes something. */
export function quotingFaults(
  statuses: readonly number[],
): readonly (readonly [string, (quoted: string) => Fault])[] {
  const shapes: readonly (readonly [string, (text: string) => unknown])[] = [
    ['a list of errors', (text) => ({ errors: [text], message: text, error: text, name: text })],
    [
      'errors with details',
      (text) => ({
        errors: [{ message: text, long_message: text, code: text, meta: { [text]: text, token: text } }],
        clerk_trace_id: text,
        meta: { client: { id: text } },
        validationError: text,
      }),
    ],
    ['a text', (text) => text],
    ['a page', (text) => `<html>${text}</html>`],
    ['JSON that breaks off', (text) => `{"errors":["${text}`],
  ]
  return [
    ...statuses.flatMap((status) =>
      shapes.map(
        ([name, body]) =>
          [
            `a ${status} with ${name}`,
            (quoted: string): Fault => ({ kind: 'status', status, body: body(quoted) }),
          ] as const,
      ),
    ),
    ['a connection that breaks', () => ({ kind: 'drop-before' })],
    ['an answer that is lost', () => ({ kind: 'drop-after' })],
    ['an answer that is cut off', (quoted) => ({ kind: 'body', body: `{"a":"${quoted}` })],
    ['an answer of another shape', (quoted) => ({ kind: 'patch', patch: () => ({ [quoted]: [quoted] }) })],
    [
      'an answer with everything of a wrong type',
      (quoted) => ({ kind: 'patch', patch: (json) => wronged(json, quoted) }),
    ],
  ]
}

/** The same fields, each of them a list that holds what is quoted. */
function wronged(json: unknown, quoted: string): unknown {
  if (typeof json !== 'object' || json === null) return [quoted]
  if (Array.isArray(json)) return json.map((item) => wronged(item, quoted))
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, wronged(value, quoted)]))
}
