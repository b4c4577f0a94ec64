import type { Body } from './answer.ts'
import type { Redact } from './redact.ts'

/** No documented answer comes near it; what is larger is not read to its end. @internal */
export const LARGEST_BODY_BYTES: number = 10 * 1024 * 1024

/** What is given up is as good as a page. */
const TOO_LARGE = '<'
/** A page, or JSON that breaks off. Any other text may be the API's own word, as `HTTP Token: Access denied.` */
const FOREIGN_TEXT = /^\s*[<{["]/

/**
 * Reads and parses a body, whatever its content type says. One that is too large is given up and counts as foreign.
 *
 * @param signal stops the reading
 * @param redact takes out of its texts what must not get into an error
 */
export async function readBody(response: Response, signal: AbortSignal, redact?: Redact): Promise<Body> {
  const text = (await readText(response, signal)) ?? TOO_LARGE
  try {
    const json = text.trim() === '' ? undefined : JSON.parse(text, reviverFor(text, redact))
    return { json, parsed: true, foreign: false }
  } catch {
    const foreign = /html/i.test(response.headers.get('content-type') ?? '') || FOREIGN_TEXT.test(text)
    return { json: undefined, parsed: false, foreign }
  }
}

type Reviver = (key: string, value: unknown) => unknown

/**
 * - A `__proto__` key would change the prototype of what an application copies the answer into.
 * - Secrets are looked for in what was parsed: in the text they may be escaped in any way, and to take one out
 *   there could make it unreadable.
 */
function reviverFor(text: string, redact: Redact | undefined): Reviver | undefined {
  const mayHavePrototype = /__proto__|\\u00/.test(text)
  if (!redact && !mayHavePrototype) return undefined
  return (key, value) => (key === '__proto__' ? undefined : redact ? redacted(value, redact) : value)
}

/** What is inside of `value` has been redacted before. */
function redacted(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  // A key may quote a secret too; one that is a plain word is the API's own.
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [/^[a-z_]+$/.test(key) ? key : redact(key), field]),
  )
}

/** `undefined`: it is too large. */
async function readText(response: Response, signal: AbortSignal): Promise<string | undefined> {
  // React Native's answers have no stream.
  if (!response.body) return response.text()
  const reader = response.body.getReader()
  const giveUp = (): void => void reader.cancel(signal.reason).catch(() => {})
  signal.addEventListener('abort', giveUp, { once: true })
  const decoder = new TextDecoder()
  let text = ''
  let bytes = Number(response.headers.get('content-length')) > LARGEST_BODY_BYTES ? Infinity : 0
  for (;;) {
    if (bytes > LARGEST_BODY_BYTES) {
      giveUp()
      return undefined
    }
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    bytes += value.byteLength
    text += decoder.decode(value, { stream: true })
  }
}
