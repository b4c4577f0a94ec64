/**
 * Reads `Retry-After`, in seconds or as a date, as milliseconds to wait; `undefined` if there is none that can be read.
 *
 * A date counts from the answer's own `Date`, where there is one, else from `now`.
 *
 * @param now epoch milliseconds
 */
export function readRetryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after')?.trim()
  if (!value) return undefined
  if (/^\d+$/.test(value)) return Number(value) * 1000
  const at = Date.parse(value)
  if (Number.isNaN(at)) return undefined
  const from = Date.parse(headers.get('date') ?? '')
  return Math.max(0, at - (Number.isNaN(from) ? now : from))
}
