import type { HeadersLike } from '../support/fetch.ts'

/** `extra` is what a session's renewal needs besides its tokens. */
const SECRET_FIELD = /pass|token|secret|code|credential|identifier|ticket|jwt|^extra$/i
/** Shorter values would blot out ordinary words. */
const SHORTEST_SECRET = 4
/** The name of an authorization's parameter, as in `Token token=…`; what ends in `=` is padding. */
const PARAMETER_NAME = /^[\w-]+=(?!=*$)/

/** A password may happen to be a word that the API's codes and names are made of: in those it stays. */
const PLAIN_WORD = /^[a-z]+$/

/** What a request may have carried secrets in. */
export interface Sent {
  readonly url: string
  readonly headers: HeadersLike | undefined
}

/** Takes secrets out of a text. */
export type Redact = (text: string) => string

/**
 * Makes what takes a request's secrets out of a text of the server's: some servers echo what they were sent.
 *
 * @param values whose fields may hold secrets: their names tell
 * @param request as it was sent, with the session's tokens
 */
export function redactorFor(values: unknown, request: Sent | undefined): Redact {
  const secrets = new Set<string>()
  const collect = (value: unknown, secret: boolean): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [key, field] of Object.entries(value)) collect(field, secret || SECRET_FIELD.test(key))
    } else if (secret && value !== undefined) secrets.add(String(value))
  }
  collect(values, false)
  if (request) {
    collect(Object.fromEntries(new URL(request.url).searchParams), false)
    for (const part of partsOf(new Headers(request.headers).get('authorization') ?? '')) secrets.add(part)
  }
  // The longest first: of two that overlap, the shorter would leave the other's rest.
  const found = [...secrets]
    .filter(({ length }) => length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length)
  return (text) => {
    const isName = !/\s/.test(text)
    const within = found.filter((secret) => !(isName && text !== secret && PLAIN_WORD.test(secret)))
    return within.reduce((left, secret) => left.replaceAll(secret, '[redacted]'), text)
  }
}

/** What stands behind the scheme, with and without the parameters' names. Without a scheme, all of it. */
function partsOf(authorization: string): readonly string[] {
  const parts = authorization.replace(/^\S+\s+/, '').split(/[\s,]+/)
  return parts.flatMap((part) => [part, part.replace(PARAMETER_NAME, '').replaceAll('"', '')])
}
