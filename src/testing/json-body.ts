/** Whether a request says that its body is JSON. */
export function declaresJson(headers: Headers): boolean {
  return /^application\/json\b/i.test(headers.get('content-type') ?? '')
}

/** What a request's body says: `null` if it is empty, and its text if it isn't JSON. */
export function parsedBody(body: string): unknown {
  if (body === '') return null
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

/** The fields of a JSON object; `undefined` if the body is anything else. */
export function jsonFields(body: string): Readonly<Record<string, unknown>> | undefined {
  const value = parsedBody(body)
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as Readonly<Record<string, unknown>>) : undefined
}
