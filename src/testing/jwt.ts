/** The claims or the header of a JWT. */
export type JwtPart = Readonly<Record<string, unknown>>

/**
 * Encodes a JWT that nobody has signed: its signature is the text that it is given.
 *
 * @param signature of base64url's characters; what tells two tokens with the same claims apart
 * @param header goes in besides `alg` and `typ`
 */
export function unsignedJwt(claims: JwtPart, signature: string, header: JwtPart = {}): string {
  return `${encoded({ alg: 'RS256', typ: 'JWT', ...header })}.${encoded(claims)}.${signature}`
}

/** A moment as a JWT's claims have it: whole seconds since the epoch. */
export function unixSeconds(epochMs: number): number {
  return Math.floor(epochMs / 1_000)
}

/** When a life of `lifeMs` from `at` on ends, as far as a JWT's `exp` can say it: a whole second, in epoch milliseconds. */
export function wholeSecondExpiry(at: number, lifeMs: number): number {
  return unixSeconds(at + lifeMs) * 1_000
}

function encoded(part: JwtPart): string {
  const bytes = new TextEncoder().encode(JSON.stringify(part))
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  return base64.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}
