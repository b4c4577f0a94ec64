/** What the language and the platform bring, but for streams: Node itself can't do with frozen ones. */
const ROOTS = [
  ...[
    Object,
    Function,
    Array,
    String,
    Number,
    Boolean,
    Symbol,
    BigInt,
    Date,
    RegExp,
    Error,
    TypeError,
    Promise,
  ],
  ...[Map, Set, WeakMap, WeakSet, Uint8Array, ArrayBuffer, JSON, Math, Reflect, Proxy],
  ...[URL, URLSearchParams, Headers, Request, Response, AbortController, AbortSignal, DOMException, Event],
  ...[EventTarget, TextEncoder, TextDecoder, structuredClone, queueMicrotask],
]

const frozen = new Set<unknown>()
function freeze(value: unknown): void {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || frozen.has(value))
    return
  frozen.add(value)
  for (const key of Reflect.ownKeys(value)) {
    const { value: part, get, set } = Reflect.getOwnPropertyDescriptor(value, key) ?? {}
    for (const each of [part, get, set]) freeze(each)
  }
  freeze(Reflect.getPrototypeOf(value))
  Object.freeze(value)
}

// Before anything else is loaded.
for (const root of ROOTS) freeze(root)
const { wholeLife } = await import('../whole-life.ts')
process.stdout.write(String(await wholeLife()))

export {}
