/** The token of `Authorization: Bearer …`; `undefined` if the header is anything else. */
export function bearerToken(headers: Headers): string | undefined {
  return /^Bearer (\S+)$/i.exec(headers.get('authorization') ?? '')?.[1]
}
