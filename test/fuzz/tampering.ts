import fc from 'fast-check'
import type { Fetch } from '../../src/index.ts'
import { anyChange, anyJson, anyText, type Change, changed } from './hostile.ts'

/** What becomes of one answer on its way. */
export interface Tampering {
  /** Absent: the answer's own. */
  readonly status?: number | undefined
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body:
    | { readonly kind: 'kept' }
    | { readonly kind: 'changed'; readonly changes: readonly Change[] }
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'bytes'; readonly bytes: Uint8Array<ArrayBuffer> }
}

const anyBody: fc.Arbitrary<Tampering['body']> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ kind: 'kept' } as const) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('changed' as const),
      changes: fc.array(anyChange, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: anyJson.map((json) => ({ kind: 'text' as const, text: JSON.stringify(json) })),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(
      anyText.map((text) => ({ kind: 'text' as const, text })),
      fc
        .uint8Array({ maxLength: 40 })
        .map((bytes) => ({ kind: 'bytes' as const, bytes: new Uint8Array(bytes) })),
      fc.constantFrom('[', '{"a":').map((part) => ({ kind: 'text' as const, text: part.repeat(5000) })),
    ),
  },
)

const CONTENT_TYPES = [
  'text/html',
  'application/json; charset=utf-16',
  'image/png',
  '*/*',
  ';;;',
  'TEXT/HTML;x',
]

/** Statuses that a server has, odd ones among them. */
const anyStatus: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(
    200,
    201,
    204,
    205,
    304,
    400,
    401,
    403,
    404,
    408,
    410,
    418,
    420,
    422,
    429,
    500,
    502,
    503,
    504,
  ),
  fc.integer({ min: 200, max: 599 }),
)

/** Any body under any status. */
export const anyAnswer: fc.Arbitrary<Tampering> = fc.record({
  status: fc.option(anyStatus, { nil: undefined }),
  headers: fc.oneof(
    fc.constant([]),
    fc.constantFrom(...CONTENT_TYPES).map((type) => [['content-type', type] as const]),
  ),
  body: anyBody,
})

/** Any body where the server says that all is well. */
export const anyGoodAnswer: fc.Arbitrary<Tampering> = anyAnswer.map((answer) => ({ ...answer, status: 200 }))

/** Stands in front of a server, and does to its answers what it is told. */
export interface Tamperer {
  readonly wrap: (fetch: Fetch) => Fetch
  /** Does these from now on, one an answer and round and round. None: lets them through. */
  begin(tamperings: readonly Tampering[]): void
  /** The statuses that went out since. */
  readonly statuses: readonly number[]
}

export function tamperer(): Tamperer {
  let [tamperings, turn]: [readonly Tampering[], number] = [[], 0]
  const statuses: number[] = []
  return {
    statuses,
    begin: (next) => {
      ;[tamperings, turn] = [next, 0]
      statuses.length = 0
    },
    wrap: (fetch) => async (input, init) => {
      const response = await fetch(input, init)
      const tampering = tamperings[turn++ % tamperings.length]
      const answer = tampering ? await tampered(response, tampering) : response
      statuses.push(answer.status)
      return answer
    },
  }
}

async function tampered(
  response: Response,
  { status = response.status, headers, body }: Tampering,
): Promise<Response> {
  const merged = new Headers(response.headers)
  for (const [name, value] of headers) merged.set(name, value)
  const bare = status === 204 || status === 205 || status === 304
  const content = bare ? null : await contentOf(response, body)
  return new Response(content, { status, headers: merged })
}

async function contentOf(response: Response, body: Tampering['body']): Promise<BodyInit> {
  if (body.kind === 'text') return body.text
  if (body.kind === 'bytes') return body.bytes
  const text = await response.text()
  if (body.kind === 'kept') return text
  return JSON.stringify(body.changes.reduce(changed, parsed(text))) ?? ''
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
