import { ConfigurationError } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { type FrontendApiOptions, resolveFrontendApi } from '../../../src/apis/clerk/host.ts'

const key = (kind: string, text: string) => `pk_${kind}_${btoa(text)}`

type Found = readonly [
  name: string,
  options: FrontendApiOptions,
  baseUrl: string,
  instance: string | undefined,
]

describe('the Frontend API is found', () => {
  const found: readonly Found[] = [
    [
      'by a development key',
      { publishableKey: 'pk_test_Y2xlcmsuYWNtZS5sY2wuZGV2JA==' },
      'https://clerk.acme.lcl.dev/v1',
      'development',
    ],
    [
      'by a production key',
      { publishableKey: key('live', 'clerk.example.com$') },
      'https://clerk.example.com/v1',
      'production',
    ],
    [
      'by a key that has lost its padding',
      { publishableKey: key('test', 'clerk.acme.lcl.dev$').replace(/=+$/, '') },
      'https://clerk.acme.lcl.dev/v1',
      'development',
    ],
    [
      'by a key for a host with a port',
      { publishableKey: key('test', 'localhost:4010$') },
      'https://localhost:4010/v1',
      'development',
    ],
    ['by its host', { frontendApi: 'clerk.example.com' }, 'https://clerk.example.com/v1', undefined],
    ['by its host and port', { frontendApi: '127.0.0.1:4010' }, 'https://127.0.0.1:4010/v1', undefined],
    ['behind a proxy', { proxyUrl: 'https://proxy.example.com' }, 'https://proxy.example.com/v1', undefined],
    [
      'behind a proxy with a path',
      { proxyUrl: 'https://example.com/__clerk' },
      'https://example.com/__clerk/v1',
      undefined,
    ],
    [
      'behind a proxy with a deeper path and a slash',
      { proxyUrl: new URL('https://example.com/api/__clerk/') },
      'https://example.com/api/__clerk/v1',
      undefined,
    ],
    [
      'behind a proxy on this machine',
      { proxyUrl: 'http://127.0.0.1:4010' },
      'http://127.0.0.1:4010/v1',
      undefined,
    ],
    [
      'where the other options are undefined, as from an environment',
      { publishableKey: undefined, frontendApi: 'clerk.example.com', proxyUrl: undefined },
      'https://clerk.example.com/v1',
      undefined,
    ],
  ]

  it.each(found)('%s', (_, options, baseUrl, instance) => {
    expect(resolveFrontendApi(options)).toEqual({ baseUrl, instance })
  })
})

describe('a program that would talk to nobody, or to somebody else, is told at once', () => {
  const hosts = [
    '',
    ' ',
    'https://clerk.example.com',
    'clerk.example.com/',
    'clerk.example.com/v1',
    'user@evil.example',
    'clerk.example.com@evil.example',
    'user:secret@evil.example',
    'evil.example\\x',
    'evil.example?x',
    'evil.example#x',
    'a..example',
    '.example',
    'example.',
    'a b.example',
    ' clerk.example.com',
    'clerk.example.com\n',
    'clerk.example.com:',
    'clerk.example.com:99999',
    'clerk.example.com:443:80',
    '1.2.3.400',
    '//evil.example',
    'bücher.example',
  ]
  const keys = [
    '',
    'pk_test_',
    'pk_live_$',
    'pk_test',
    btoa('clerk.example.com$'),
    key('dev', 'clerk.example.com$'),
    key('test', 'clerk.example.com'),
    key('test', '$'),
    key('test', ''),
    `${key('test', 'clerk.example.com$')}\n`,
    ` ${key('test', 'clerk.example.com$')}`,
    key('test', 'clerk.example.com$').replace('pk_', 'sk_'),
    'pk_test_abcde',
    'pk_test_%%%%',
  ]
  const proxies = [
    '',
    '/__clerk',
    'example.com/__clerk',
    'http://example.com/__clerk',
    'ftp://example.com',
    'https://user:secret@example.com',
    'https://example.com/?x=1',
    'https://example.com/#x',
  ]
  const malformed: readonly FrontendApiOptions[] = [
    ...hosts.map((frontendApi) => ({ frontendApi })),
    ...hosts.filter(isLatin1).map((host) => ({ publishableKey: key('live', `${host}$`) })),
    ...keys.map((publishableKey) => ({ publishableKey })),
    ...proxies.map((proxyUrl) => ({ proxyUrl })),
    {},
    { publishableKey: undefined, frontendApi: undefined, proxyUrl: undefined },
    { publishableKey: key('test', 'a.example$'), frontendApi: 'a.example' },
    { publishableKey: key('test', 'a.example$'), proxyUrl: 'https://a.example' },
    { frontendApi: 'a.example', proxyUrl: 'https://a.example' },
    { publishableKey: '', frontendApi: 'a.example' },
  ]

  it.each(malformed)('%j', (options) => {
    expect(() => resolveFrontendApi(options)).toThrow(ConfigurationError)
  })

  it('and the message quotes nothing of what was given', () => {
    for (const options of [{ frontendApi: 'u:secret@h' }, { publishableKey: 'sk_live_secret' }]) {
      expect(() => resolveFrontendApi(options)).not.toThrow(/secret/)
    }
  })
})

function isLatin1(text: string): boolean {
  return [...text].every((char) => char.charCodeAt(0) < 256)
}
