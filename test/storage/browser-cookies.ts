import type { CookieAttributes, CookieStorageOptions } from 'latchkey'

/** What browsers take for a cookie's name and value together, in bytes. */
const MOST_BYTES = 4096
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/
const OCTETS = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/

/** The cookies that a browser keeps for a site, and the requests that it sends with them. */
export class BrowserCookies {
  readonly kept = new Map<string, string>()
  /** What was set, in this order, with everything that was said of it. */
  readonly lines: string[] = []

  /** A request on its way: its own cookies, and what is set in answer to it. */
  request(): Exchange {
    return new Exchange(new Map(this.kept), (line) => this.#receive(line))
  }

  #receive(line: string): void {
    this.lines.push(line)
    const [pair = '', ...attributes] = line.split('; ')
    const at = pair.indexOf('=')
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)]
    if (!TOKEN.test(name) || !OCTETS.test(value)) throw new Error('No cookie can look like this')
    if (pair.length - 1 > MOST_BYTES) return
    if (attributes.includes('Max-Age=0')) this.kept.delete(name)
    else this.kept.set(name, value)
  }
}

class Exchange {
  readonly own: ReadonlyMap<string, string>
  readonly #send: (line: string) => void

  constructor(own: ReadonlyMap<string, string>, send: (line: string) => void) {
    this.own = own
    this.#send = send
  }

  setHeader(name: string, value: string, { maxAge, sameSite, ...rest }: CookieAttributes): void {
    const said = [
      `${name}=${encodeURIComponent(value)}`,
      `Max-Age=${maxAge}`,
      rest.domain && `Domain=${rest.domain}`,
      `Path=${rest.path}`,
      rest.httpOnly && 'HttpOnly',
      rest.secure && 'Secure',
      `SameSite=${sameSite}`,
    ]
    this.#send(said.filter(Boolean).join('; '))
  }

  /** As Express has them: a request's cookies stay what they were, and what is set takes milliseconds. */
  express(): CookieStorageOptions {
    const cookies = Object.fromEntries(
      [...this.own].map(([name, value]) => [name, decodeURIComponent(value)]),
    )
    const cookie = (name: string, value: string, options: CookieAttributes): void =>
      this.setHeader(name, value, { ...options, maxAge: options.maxAge / 1000 })
    return {
      get: (name) => cookies[name],
      set: (name, value, { maxAge, ...rest }) => cookie(name, value, { ...rest, maxAge: maxAge * 1000 }),
    }
  }

  /** As Next has them: what was set is shown from then on; asynchronous. */
  next(): CookieStorageOptions {
    const shown = new Map([...this.own].map(([name, value]) => [name, decodeURIComponent(value)]))
    const cookies = async () => ({
      get: (name: string) => {
        const value = shown.get(name)
        return value === undefined ? undefined : { name, value }
      },
      set: (name: string, value: string, attributes: CookieAttributes) => {
        this.setHeader(name, value, attributes)
        if (attributes.maxAge > 0) shown.set(name, value)
        else shown.delete(name)
      },
    })
    return {
      get: async (name) => (await cookies()).get(name)?.value,
      set: async (name, value, attributes) => (await cookies()).set(name, value, attributes),
    }
  }

  /** As a Server Component of Next's has them. */
  readOnly(): CookieStorageOptions {
    return { get: (name) => this.own.get(name) }
  }
}
