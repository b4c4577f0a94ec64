import type { Message } from './endpoint.ts'

const SECRET_FIELD = /pass|token|secret|code|credential/i
/** Shorter values would blot out ordinary words. */
const SHORTEST_SECRET = 4

/** The secrets that a request carries, in its body's fields and its `Authorization`. */
export function secretsOf({ json, form }: Message, authorization: string | null): readonly string[] {
  const secrets = authorization?.split(/[\s=,]+/) ?? []
  const collect = (value: unknown, secret: boolean): void => {
    if (typeof value === 'string' && secret) secrets.push(value)
    else if (typeof value === 'object' && value !== null) {
      for (const [key, field] of Object.entries(value)) collect(field, SECRET_FIELD.test(key))
    }
  }
  collect(json, false)
  collect(form, false)
  return secrets.filter((secret) => secret.length >= SHORTEST_SECRET)
}

/** Takes secrets out of a text of the server's: some echo what they were sent. */
export function redact(text: string, secrets: readonly string[]): string {
  let redacted = text
  for (const secret of secrets) {
    redacted = redacted.replaceAll(secret, '[redacted]')
    redacted = redacted.replaceAll(JSON.stringify(secret).slice(1, -1), '[redacted]')
  }
  return redacted
}
