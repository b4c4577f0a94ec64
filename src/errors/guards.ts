import { hasLatchkeyBrand } from './latchkey-error.ts'

/** Tells whether the server refused for want of a valid session: a 401, of whichever API. */
export function isUnauthorized(error: unknown): boolean {
  return statusOf(error) === 401
}

/** Tells whether the server asks for fewer requests: a 420 or a 429, of whichever API. */
export function isRateLimited(error: unknown): boolean {
  const status = statusOf(error)
  return status === 420 || status === 429
}

function statusOf(error: unknown): unknown {
  return hasLatchkeyBrand(error) && /(^|_)api$/.test(error.code)
    ? (error as unknown as { status: unknown }).status
    : undefined
}
