/** The two readable parts of a JWT. Nothing is verified: they tell what to expect, not what to trust. */
export interface Jwt {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/** The times in a JWT's claims, in epoch milliseconds. */
export interface JwtTimes {
  readonly issuedAt?: number
  readonly expiresAt?: number
}

/** Reads a JWT. Whatever isn't one has nothing in it. */
export function readJwt(token: string): Jwt {
  const [header = '', claims = ''] = token.split('.')
  return { header: readPart(header), claims: readPart(claims) }
}

/** Reads `iat` and `exp` off a JWT; nothing off whatever isn't one. */
export function readJwtTimes(token: string): JwtTimes {
  const { iat, exp } = readJwt(token).claims
  return {
    ...(typeof iat === 'number' && { issuedAt: iat * 1000 }),
    ...(typeof exp === 'number' && { expiresAt: exp * 1000 }),
  }
}

function readPart(base64url: string): Readonly<Record<string, unknown>> {
  try {
    const bytes = Uint8Array.from(atob(base64url.replace(/-/g, '+').replace(/_/g, '/')), (char) =>
      char.charCodeAt(0),
    )
    const json: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof json === 'object' && json !== null ? { ...json } : {}
  } catch {
    return {}
  }
}
