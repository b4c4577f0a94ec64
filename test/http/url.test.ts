import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Territory } from '../../src/http/url.ts'
import { ConfigurationError, RequestValidationError } from '../../src/index.ts'

const territory = new Territory('https://x.test/dev', ['https://friend.test'])
const resolve = (target: string | URL) => new URL(territory.resolve(target)).href

describe('a base URL', () => {
  it.each([
    'https://x.test',
    'http://localhost:8080/a',
    'http://127.0.0.1',
    'http://127.9.9.9',
    'http://[::1]:1',
  ])('is taken: %s', (url) => {
    expect(new Territory(url).href).toContain(url)
  })

  it.each([
    'http://x.test',
    'http://localhost.evil.test',
    'http://127.0.0.1.evil.test',
    'http://10.0.0.1',
    'ftp://x.test',
    'javascript:alert(1)',
    'x.test',
    '/api',
    '',
    'https://',
    'https://x.test?q=1',
    'https://x.test/#f',
    'https://user@x.test',
    'https://user:pw@x.test',
  ])('that would send credentials astray is refused: %s', (url) => {
    expect(() => new Territory(url)).toThrow(ConfigurationError)
    expect(() => new Territory('https://x.test', [url])).toThrow(ConfigurationError)
  })
})

it('what is no text at all is a mistake of the program’s, not an error that nobody knows', () => {
  const [json, bare] = [JSON.parse('{"toString":[]}'), Object.create(null)]
  for (const value of [json, bare]) {
    expect(() => territory.resolve(value)).toThrow(ConfigurationError)
    expect(() => new Territory(value)).toThrow(ConfigurationError)
  }
})

describe('a path goes under the base path', () => {
  it.each([
    ['session', 'https://x.test/dev/session'],
    ['/session', 'https://x.test/dev/session'],
    ['\\session', 'https://x.test/dev/session'],
    [' /session ', 'https://x.test/dev/session'],
    ['', 'https://x.test/dev'],
    ['/', 'https://x.test/dev/'],
    ['/?q=1', 'https://x.test/dev/?q=1'],
    ['?q=1', 'https://x.test/dev?q=1'],
    ['#f', 'https://x.test/dev#f'],
    ['/a?next=../..#/../b', 'https://x.test/dev/a?next=../..#/../b'],
    ['/a//b', 'https://x.test/dev/a//b'],
    ['/a:b', 'https://x.test/dev/a:b'],
    ['/...', 'https://x.test/dev/...'],
  ])('%j', (path, url) => {
    expect(resolve(path)).toBe(url)
    expect(new URL(new Territory('https://x.test/dev/').resolve(path)).href).toBe(url)
  })

  it('and a base URL without a path needs none', () => {
    expect(new Territory('https://x.test').resolve('session')).toBe('https://x.test/session')
  })

  it.each([
    '..',
    '/..',
    '../x',
    '/a/../../x',
    '.',
    '/./x',
    '/%2e%2e/x',
    '/.%2E',
    '\\..\\x',
    '/..?q',
    '/..#f',
    '/.\t./x',
    '/.. ',
    '/..\0',
    ' ..',
  ])('and never out of it: %j', (path) => {
    expect(() => resolve(path)).toThrow(ConfigurationError)
  })
})

describe('a URL goes where credentials may be seen', () => {
  it.each([
    ['https://x.test/dev/a', 'https://x.test/dev/a'],
    ['HTTPS://X.TEST/dev/a', 'https://x.test/dev/a'],
    ['//x.test/dev/a', 'https://x.test/dev/a'],
    ['https://friend.test/b', 'https://friend.test/b'],
    ['\\\\friend.test/b', 'https://friend.test/b'],
  ])('%j', (target, url) => {
    expect(resolve(target)).toBe(url)
  })

  it('as a URL object too', () => {
    expect(resolve(new URL('https://friend.test/b'))).toBe('https://friend.test/b')
    expect(() => resolve(new URL('https://evil.test'))).toThrow(ConfigurationError)
  })

  it.each([
    '//evil.test',
    '/\\evil.test',
    '\\\\evil.test',
    '\\/evil.test',
    '/\t/evil.test',
    '\n//evil.test',
    ' https://evil.test',
    'ht\ntps://evil.test',
    'https:evil',
    'https:/evil.test',
    'https:\\\\evil.test',
    'http://x.test/dev',
    'https://x.test:8443/dev',
    'https://x.test.evil.test',
    'https://x.test@evil.test',
    'https://user@x.test/dev',
    'https://user:pw@x.test/dev',
    'javascript:alert(1)',
    'data:text/plain,x',
    'file:///etc/passwd',
    'blob:https://x.test/0b2b9a6e-1111-4222-8333-000000000000',
    'https://',
    '//',
    'https://[',
    '//x.test:99999',
  ])('and nowhere else: %j', (target) => {
    expect(() => resolve(target)).toThrow(ConfigurationError)
  })

  it('and the refusal holds nothing of the URL', () => {
    for (const target of ['https://evil.test/?secret', 'https://[secret', '/../secret']) {
      try {
        resolve(target)
        expect.unreachable()
      } catch (error) {
        expect(String((error as Error).stack)).not.toContain('secret]')
        expect(error).not.toHaveProperty('cause')
        expect((error as Error).message).not.toContain('secret')
      }
    }
  })

  it('whatever string is given', () => {
    const piece = fc.constantFrom(
      ...[
        '/',
        '\\',
        '.',
        '..',
        '%2e',
        '%2E',
        ':',
        '@',
        '?',
        '#',
        ' ',
        '\t',
        '\n',
        '\0',
        'a',
        'dev',
        '//',
        ';',
      ],
      ...[
        'https:',
        'http:',
        'javascript:',
        'blob:',
        'x.test',
        'evil.test',
        'friend.test',
        '[',
        '%',
        '\u3002',
        '\uFF0F',
        '‥',
      ],
    )
    const wild = fc.oneof(
      fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join('')),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(wild, (target) => {
        let url: URL
        try {
          url = new URL(territory.resolve(target))
        } catch (error) {
          return error instanceof ConfigurationError
        }
        const own = url.origin === 'https://x.test' && /^https?:$/.test(url.protocol)
        const absolute = /^[\0-\x20]*([a-z][a-z\d+.\t\n\r-]*:|[\\/][\t\n\r]*[\\/])/i.test(target)
        const under = url.pathname === '/dev' || url.pathname.startsWith('/dev/')
        return absolute ? own || url.origin === 'https://friend.test' : own && under
      }),
      { numRuns: 20_000, seed: 20_260_101 },
    )
  }, 60_000)
})

describe("an operation's URL", () => {
  const endpoint = { operation: 'getThing', path: '/things/{id}/of/{owner}' }
  const locate = (id: string | undefined) =>
    new URL(territory.locate(endpoint, { params: { ...(id !== undefined && { id }), owner: 'me' } })).href

  it.each([
    ['a b', 'a%20b'],
    ['../x', '..%2Fx'],
    ['a/b', 'a%2Fb'],
    ['a?b#c', 'a%3Fb%23c'],
    ['%2e%2e', '%252e%252e'],
    ['...', '...'],
    ['naïve', 'na%C3%AFve'],
    ['$&', '%24%26'],
  ])('encodes its parameters, so that %j reads the thing that was meant', (id, encoded) => {
    expect(locate(id)).toBe(`https://x.test/dev/things/${encoded}/of/me`)
  })

  it.each(['', '.', '..', '\ud800', undefined])('refuses %j, which would be another operation', (id) => {
    expect(() => locate(id)).toThrow(RequestValidationError)
  })

  it('leaves undefined query parameters out and encodes the rest', () => {
    const url = territory.locate(
      { operation: 'x', path: '/x' },
      { query: { a: '1&b=2', c: undefined, d: '' } },
    )
    expect(url).toBe('https://x.test/dev/x?a=1%26b%3D2&d=')
  })

  it('stays one segment, whatever the parameter is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (id) => {
        try {
          return /^https:\/\/x\.test\/dev\/things\/[^/]+\/of\/me$/.test(locate(id))
        } catch (error) {
          return error instanceof RequestValidationError
        }
      }),
      { seed: 20_260_101 },
    )
  })
})
