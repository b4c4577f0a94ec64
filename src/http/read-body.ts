import type { Body } from './answer.ts'

/** No documented answer comes near it; what is larger is not read to its end. */
export const LARGEST_BODY_BYTES: number = 10 * 1024 * 1024

const FOREIGN: Body = { json: undefined, foreign: true }

/**
 * Reads and parses a body, whatever its content type says. One that is too large is given up and counts as foreign.
 *
 * @param signal stops the reading
 * @param redact takes out of the text what must not get into an error
 */
export async function readBody(
  response: Response,
  signal: AbortSignal,
  redact = (text: string): string => text,
): Promise<Body> {
  const text = await readText(response, signal)
  if (text === undefined) return FOREIGN
  if (text.trim() === '') return { json: undefined, foreign: false }
  try {
    return { json: JSON.parse(redact(text), withoutPrototype(text)), foreign: false }
  } catch {
    return FOREIGN
  }
}

/** A `__proto__` key would change the prototype of what an application copies the answer into. */
function withoutPrototype(text: string): ((key: string, value: unknown) => unknown) | undefined {
  return /__proto__|\\u005f/i.test(text)
    ? (key, value) => (key === '__proto__' ? undefined : value)
    : undefined
}

async function readText(response: Response, signal: AbortSignal): Promise<string | undefined> {
  if (!response.body) return ''
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
