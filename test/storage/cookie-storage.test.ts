import fc from 'fast-check'
import { ConfigurationError, cookieStorage, StorageError } from 'latchkey'
import { fakeClock, storageContract } from 'latchkey/testing'
import { describe, expect, it } from 'vitest'
import { anyText } from './any-text.ts'
import { BrowserCookies } from './browser-cookies.ts'

const KEY = 'latchkey saferme https://api.safer.me/ com.thundermaps.saferme'
const NAME = 'latchkey-1yznqzv1gpf02q'
const ATTRIBUTES = 'Max-Age=34560000; Path=/; HttpOnly; Secure; SameSite=lax'

/** What is set of a cookie, without the value. */
function set(lines: readonly string[]): readonly string[] {
  return lines.map((line) => line.replace(/=[^;]*/, ''))
}

describe.for([
  ['whose cookies stay what they were', 'express'],
  ['that shows what was set, asynchronously', 'next'],
] as const)('cookieStorage in a request %s keeps the storage contract', ([, framework]) => {
  const make = () => {
    const jar = new BrowserCookies().request()[framework]()
    const storage = cookieStorage(jar)
    // Where nothing shows what was set, a request has one storage.
    return framework === 'next' ? { storage, other: cookieStorage(jar) } : { storage }
  }
  for (const { name, run } of storageContract(make)) it(name, run)
})

describe('a session in a cookie', () => {
  it.each(['express', 'next'] as const)('is carried by the next request: %s', async (framework) => {
    const browser = new BrowserCookies()
    const value = `{"token":"${'é🔑"; ,='.repeat(200)}"}`
    await cookieStorage(browser.request()[framework]()).replace(KEY, null, value)
    const next = cookieStorage(browser.request()[framework]())
    expect(await next.read(KEY)).toBe(value)
    await next.replace(KEY, value, 'short')
    expect(await cookieStorage(browser.request()[framework]()).read(KEY)).toBe('short')
    expect([...browser.kept.keys()]).toEqual([NAME])
  })

  it('has a short name that is the same for ever, whatever the key is', async () => {
    const browser = new BrowserCookies()
    const storage = cookieStorage(browser.request().next())
    for (const key of [KEY, '', 'a b/c;d="🔑"']) await storage.replace(key, null, 'x')
    expect([...browser.kept.keys()]).toEqual([NAME, 'latchkey-0ztntfp0ztntfp', 'latchkey-0tug1wo0piywq5'])
  })

  it('comes back as it was, whatever it is made of, through frameworks that encode and decode', async () => {
    await fc.assert(
      fc.asyncProperty(anyText(1000), fc.constantFrom('express', 'next'), async (value, framework) => {
        const browser = new BrowserCookies()
        const storage = cookieStorage(browser.request()[framework]())
        expect(await storage.replace(KEY, null, value)).toBe(true)
        expect(await storage.read(KEY)).toBe(value)
        const later = cookieStorage(browser.request()[framework]())
        expect(await later.read(KEY)).toBe(value)
        for (const [name, text] of browser.kept) expect(name.length + text.length).toBeLessThanOrEqual(4096)
      }),
      { seed: 20260727, numRuns: 100 },
    )
  })

  it('of more than 4,000 bytes is in numbered cookies, which go when they are no longer needed', async () => {
    const browser = new BrowserCookies()
    const write = async (expected: string | null, next: string) =>
      cookieStorage(browser.request().express()).replace(KEY, expected, next)
    await write(null, 'x'.repeat(3999))
    expect([...browser.kept]).toEqual([[NAME, `.${'x'.repeat(3999)}`]])
    await write('x'.repeat(3999), 'y'.repeat(4000))
    expect([...browser.kept.keys()]).toEqual([NAME, `${NAME}.a0`, `${NAME}.a1`])
    await write('y'.repeat(4000), 'z'.repeat(9000))
    expect([...browser.kept.keys()].toSorted()).toEqual([NAME, `${NAME}.b0`, `${NAME}.b1`, `${NAME}.b2`])
    await write('z'.repeat(9000), 'short')
    expect([...browser.kept]).toEqual([[NAME, '.short']])
  })

  it('that would make servers turn the whole site away is not written', async () => {
    const browser = new BrowserCookies()
    const storage = cookieStorage(browser.request().express())
    await storage.replace(KEY, null, 'kept')
    await expect(storage.replace(KEY, 'kept', '"'.repeat(4001))).rejects.toMatchObject({ failure: 'failed' })
    expect(await storage.replace(KEY, 'kept', '"'.repeat(4000))).toBe(true)
  })

  it('is none once a part is lost, or somebody has written something else there', async () => {
    const browser = new BrowserCookies()
    await cookieStorage(browser.request().next()).replace(KEY, null, 'x'.repeat(9000))
    browser.kept.delete(`${NAME}.a1`)
    for (const head of [browser.kept.get(NAME) as string, '%7B%22v%22%3A1%7D']) {
      browser.kept.set(NAME, head)
      const storage = cookieStorage(browser.request().next())
      const found = await storage.read(KEY)
      expect(found).toMatch(/^\?/)
      expect(await storage.replace(KEY, found, 'mended')).toBe(true)
      expect(await storage.read(KEY)).toBe('mended')
    }
  })
})

describe('the cookies that a server sets', () => {
  it('are out of reach of scripts and of http, for the whole host and 400 days, unless it is said otherwise', async () => {
    const browser = new BrowserCookies()
    await cookieStorage(browser.request().express()).replace(KEY, null, 'x')
    await cookieStorage({
      ...browser.request().next(),
      prefix: '__Host-session.',
      sameSite: 'strict',
      maxAge: 3600,
      secure: false,
      httpOnly: false,
      path: '/app',
      domain: 'example.com',
    }).replace(KEY, null, 'x')
    expect(set(browser.lines)).toEqual([
      `${NAME}; ${ATTRIBUTES}`,
      '__Host-session.1yznqzv1gpf02q; Max-Age=3600; Domain=example.com; Path=/app; SameSite=strict',
    ])
  })

  it('are removed with the attributes that they were set with', async () => {
    const browser = new BrowserCookies()
    const storage = cookieStorage({ ...browser.request().express(), domain: 'example.com', path: '/app' })
    await storage.replace(KEY, null, 'x'.repeat(4000))
    browser.lines.length = 0
    await storage.replace(KEY, 'x'.repeat(4000), 'short')
    const rest = 'Domain=example.com; Path=/app; HttpOnly; Secure; SameSite=lax'
    expect(set(browser.lines)).toEqual([
      `${NAME}; Max-Age=34560000; ${rest}`,
      `${NAME}.a1; Max-Age=0; ${rest}`,
      `${NAME}.a0; Max-Age=0; ${rest}`,
    ])
  })

  it.each(['', 'a b', 'a;', 'a=', 'é', 'x'.repeat(65)])('never have a name that is none: %s', (prefix) => {
    expect(() => cookieStorage({ prefix })).toThrow(ConfigurationError)
  })
})

describe('cookieStorage on a server', () => {
  it('does nothing before it is used, and says what it needs when it is', async () => {
    const storage = cookieStorage()
    expect(storage.reach).toBe('request')
    expect(() => storage.read(KEY)).toThrow(ConfigurationError)
    await expect(storage.replace(KEY, null, 'x')).rejects.toBeInstanceOf(ConfigurationError)
    expect(() => cookieStorage({ set: () => {} })).toThrow(ConfigurationError)
  })

  it('without set can be read, and says so where it is to write', async () => {
    const browser = new BrowserCookies()
    await cookieStorage(browser.request().express()).replace(KEY, null, 'there')
    const storage = cookieStorage(browser.request().readOnly())
    expect(storage.read(KEY)).toBe('there')
    expect(await storage.replace(KEY, 'else', 'x')).toBe(false)
    await expect(storage.replace(KEY, 'there', 'x')).rejects.toEqual(
      new StorageError('failed', 'Cookies can be read here, but not set'),
    )
    expect(storage.read(KEY)).toBe('there')
  })

  it('uses a jar that is an object with methods as one', async () => {
    class Jar {
      readonly #values = new Map<string, string>()
      get(name: string): string | undefined {
        return this.#values.get(name)
      }
      set(name: string, value: string): void {
        this.#values.set(name, value)
      }
    }
    const jar = new Jar()
    expect(await cookieStorage(jar).replace(KEY, null, 'x')).toBe(true)
    expect(cookieStorage(jar).read(KEY)).toBe('x')
  })

  it('never shows one request what another one has set', async () => {
    // The same storage for all, over a framework that knows by itself which request is being answered.
    const browsers = { ada: new BrowserCookies(), bob: new BrowserCookies() }
    let current = browsers.ada.request().express()
    const storage = cookieStorage({
      get: (name) => current.get?.(name),
      set: (name, value, attributes) => current.set?.(name, value, attributes),
    })
    await storage.replace(KEY, null, 'of ada')
    expect(storage.read(KEY)).toBe('of ada')
    current = browsers.ada.request().express()
    expect(() => storage.read(KEY)).toThrow(ConfigurationError)
    await cookieStorage(browsers.bob.request().express()).replace(KEY, null, 'of bob')
    current = browsers.bob.request().express()
    expect(() => storage.read(KEY)).toThrow(ConfigurationError)
  })

  it('that took too long over a write writes nothing more over what came after it', async () => {
    const clock = fakeClock()
    const jar = new Map<string, string>()
    let release = (): void => {}
    let sets = 0
    const storage = cookieStorage({
      get: (name) => jar.get(name),
      set: async (name, value) => {
        if (++sets === 2) {
          await new Promise<void>((resolve) => {
            release = resolve
          })
        }
        jar.set(name, value)
      },
      clock,
    })
    const slow = Promise.resolve(storage.replace(KEY, null, 'x'.repeat(5000)))
    const failure = slow.catch((error: unknown) => error)
    await clock.advance(31_000)
    expect(await storage.replace(KEY, null, 'short')).toBe(true)
    release()
    expect(await failure).toMatchObject({ failure: 'locked' })
    expect(await storage.read(KEY)).toBe('short')
  })
})
