import fc from 'fast-check'

/** Strings that something has stumbled over before, and any others, half characters among them. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.uint16Array({ maxLength: 30 }).map((units) => String.fromCharCode(...units)),
  },
  { weight: 2, arbitrary: fc.string({ maxLength: 30 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...[
        '',
        ' ',
        '.',
        '..',
        '../..',
        '%2e%2e',
        '/',
        '\\',
        '//evil.test',
        'https://evil.test/',
        '?',
        '#',
        '@',
      ],
      ...[
        '__proto__',
        'constructor',
        'prototype',
        'toString',
        'then',
        'null',
        'undefined',
        'NaN',
        '-1',
        '1e999',
      ],
      ...[
        '\ud800',
        '\udc00a',
        '\0',
        '\r\nx-injected: 1',
        '\n',
        '\u2028',
        'ü',
        '💥',
        '{}',
        '[',
        '"',
        '<html>',
        'ey.e30.x',
      ],
    ),
  },
  { weight: 1, arbitrary: fc.constant('x'.repeat(100_000)) },
)

/** Any JSON value, as `JSON.parse` answers it: `__proto__` may be a key of its own. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown[]>(null, true, false, 0, -1, 0.5, 2 ** 53, 1e308, '', [], {}, [[]], [null], [{}]),
  fc.jsonValue({ maxDepth: 4 }),
  fc.dictionary(anyText, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 4, noNullPrototype: true }),
  anyText,
)

/** What is no JSON can't come off a wire, but a program without types can hand it over. */
export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: anyText },
  { weight: 3, arbitrary: anyJson },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown[]>(
      ...[undefined, Number.NaN, Infinity, 1n, Symbol('s'), () => 'f', new Date(Number.NaN), new Map(), /x/],
      ...[Object.create(null), Object.freeze([1]), new Uint8Array(3), Promise.resolve('p')],
    ),
  },
)

/** A value of JSON that has changed in one place. */
export interface Change {
  /** Which of all the places in it, counted round and round. */
  readonly place: number
  readonly how: 'replaced' | 'removed' | 'doubled' | 'beside'
  readonly by: unknown
}

export const anyChange: fc.Arbitrary<Change> = fc.record({
  place: fc.nat(500),
  how: fc.constantFrom('replaced', 'replaced', 'replaced', 'removed', 'doubled', 'beside'),
  by: anyJson,
})

/** Changes a value of JSON in one place. */
export function changed(json: unknown, { place, how, by }: Change): unknown {
  const places: { readonly holder: Record<string, unknown>; readonly key: string }[] = []
  const root: Record<string, unknown> = { whole: structuredClone(json) }
  const visit = (holder: Record<string, unknown>, key: string): void => {
    places.push({ holder, key })
    const value = holder[key]
    if (typeof value !== 'object' || value === null) return
    for (const name of Object.keys(value)) visit(value as Record<string, unknown>, name)
  }
  visit(root, 'whole')
  const { holder, key } = places[place % places.length] ?? { holder: root, key: 'whole' }
  if (how === 'replaced') set(holder, key, by)
  else if (how === 'doubled') set(holder, key, [holder[key], holder[key]])
  else if (how === 'beside') set(holder, '__proto__', by)
  else if (Array.isArray(holder)) holder.splice(Number(key), 1)
  else delete holder[key]
  return root.whole
}

/** As `JSON.parse` sets it, whatever the key. */
function set(holder: object, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true })
}
