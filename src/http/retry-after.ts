/** A date of HTTP's, or an ISO one; `Date.parse` alone takes almost anything for a date. */
const DATE = /^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? |^\d{4}-\d\d-\d\dT/i

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
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000
  const wait = Date.parse(DATE.test(value) ? value : '') - (Date.parse(headers.get('date') ?? '') || now)
  return Number.isNaN(wait) ? undefined : Math.max(0, wait)
}
