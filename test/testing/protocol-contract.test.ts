import { fakeClock, fakeKoms, fakeSaferMe, fakeZelf, protocolContract } from 'latchkey/testing'
import { describe, expect, it } from 'vitest'
import { komsProtocol } from '../../src/apis/koms/protocol.ts'
import { saferMeProtocol } from '../../src/apis/saferme/protocol.ts'
import { zelfProtocol } from '../../src/apis/zelf/protocol.ts'
import type { SessionProtocol } from '../../src/index.ts'

const LIFE_MS = 600_000

function saferMe(change: Partial<SessionProtocol<never, never>> = {}) {
  return () => {
    const clock = fakeClock()
    const server = fakeSaferMe({ clock, tokenLifeMs: LIFE_MS })
    return {
      protocol: { ...saferMeProtocol('com.thundermaps.saferme'), ...(change as object) },
      baseUrl: 'https://saferme.test',
      fetch: server.fetch,
      clock,
      credentials: { email: 'ada@example.com', password: 'correct horse' },
      path: '/api/v4/reports',
      tokenLifeMs: LIFE_MS,
      isRefresh: ({ method }: Request) => method === 'PATCH',
      revoke: () => server.revoke(),
    }
  }
}

describe('SaferMe', () => {
  for (const { name, run } of protocolContract(saferMe())) it(name, run)
})

describe('KOMS', () => {
  const cases = protocolContract(() => {
    const clock = fakeClock()
    const server = fakeKoms({ clock, tokenLifeMs: LIFE_MS })
    return {
      protocol: komsProtocol('client-1'),
      baseUrl: 'https://koms.test',
      fetch: server.fetch,
      clock,
      credentials: { email: 'ada@example.com', password: 'Correct-horse-1!' },
      path: '/things',
      tokenLifeMs: LIFE_MS,
      isRefresh: ({ method, url }: Request) => method === 'PUT' && url.endsWith('/session'),
      revoke: () => server.revoke(),
    }
  })
  for (const { name, run } of cases) it(name, run)
})

describe('Zelf', () => {
  const cases = protocolContract(() => {
    const clock = fakeClock()
    const server = fakeZelf({ clock, tokenLifeMs: LIFE_MS })
    let revoked = false
    return {
      protocol: zelfProtocol(),
      baseUrl: 'https://zelf.test',
      fetch: async (input: RequestInfo | URL, init?: RequestInit) =>
        revoked ? Response.json({ validationError: 'unknown' }, { status: 400 }) : server.fetch(input, init),
      clock,
      credentials: { identifier: 'device-1' },
      path: '/api/clients',
      tokenLifeMs: LIFE_MS,
      isRefresh: ({ url }: Request) => url.endsWith('/api/sessions') && server.count('createSession') > 0,
      revoke: () => {
        revoked = true
      },
    }
  })
  for (const { name, run } of cases) it(name, run)
})

type Change = Partial<SessionProtocol<never, never>>

const good = saferMeProtocol('com.thundermaps.saferme') as Required<ReturnType<typeof saferMeProtocol>>
type Grants = Awaited<ReturnType<typeof good.refresh>>
type Tokens = Parameters<typeof good.refresh>[1]

/** A change to what a sign-in and a refresh grant. */
const granting = (change: (tokens: Grants['tokens'], before?: Tokens) => Grants['tokens']): Change =>
  ({
    create: async (send: never, credentials: never) => {
      const { tokens, resource } = await good.create(send, credentials)
      return { tokens: change(tokens), resource }
    },
    refresh: async (send: never, before: Tokens) => {
      const { tokens, resource } = await good.refresh(send, before)
      return { tokens: change(tokens, before), resource }
    },
  }) as Change

const SENT_ONCE = 'a hundred calls over a token that has run out send one refresh'
const SHARED = 'two clients that share the tokens refresh them once'
const BUSY = 'a server that is busy or down ends no session'
const OVER = 'a session that the server says is over ends, and says so'
const LOST = 'a refresh whose answer is lost is made good, or the session is told to be lost'
const LIFE = 'a token is taken to live for as long as it does'
const USED = 'a token that is good is used, and not renewed'
const UNDER_WAY = 'a call that is under way while its token is renewed is not refused'
const REFUSED = 'a sign-in that is refused is told as what it is, and begins nothing'
const TELLS = 'signing out tells the server, where the protocol knows how, with a token that has run out too'

let first: string | undefined

const mistakes: readonly (readonly [name: string, change: () => Change, found: string])[] = [
  ['forgets to authorize', () => ({ authorize: () => {} }), 'a session that has begun carries calls'],
  [
    'authorizes with the first token that it saw',
    () => {
      first = undefined
      return {
        authorize: ({ headers }, tokens) => {
          first ??= tokens?.accessToken
          if (tokens) headers.set('authorization', `Token token=${first}`)
        },
      }
    },
    SENT_ONCE,
  ],
  ['never says that a session is over', () => ({ judge: () => 'transient' }), OVER],
  ['says so of everything', () => ({ judge: () => 'revoked' }), BUSY],
  ['says so of a 503', () => ({ judge: ({ status }) => (status === 503 ? 'revoked' : 'transient') }), BUSY],
  [
    'says so of a 429',
    () => ({ judge: ({ status }) => (status === 429 || status === 401 ? 'revoked' : 'transient') }),
    BUSY,
  ],
  ['takes what may pass for its own fault', () => ({ judge: () => 'fault' }), BUSY],
  [
    'takes an end for a race',
    () => ({ judge: ({ status }) => (status === 401 ? 'stale' : 'transient') }),
    OVER,
  ],
  ['promises that a refresh can be repeated', () => ({ repeatable: true }), LOST],
  [
    'sends a refresh twice',
    () => ({
      refresh: async (send, tokens) => {
        await good.refresh(send as never, tokens as Tokens)
        return (await good.refresh(send as never, tokens as Tokens)) as never
      },
    }),
    SENT_ONCE,
  ],
  [
    'keeps the refresh token that is used up',
    () =>
      granting((tokens, before) => ({
        ...tokens,
        refreshToken: before?.refreshToken ?? tokens.refreshToken,
      })),
    SHARED,
  ],
  [
    'tells seconds for milliseconds',
    () => granting((tokens) => ({ ...tokens, expiresAt: (tokens.expiresAt ?? 0) / 1000 })),
    LIFE,
  ],
  [
    'tells too short a life',
    () => granting(({ expiresAt, ...tokens }) => ({ ...tokens, expiresInMs: LIFE_MS / 1000 })),
    LIFE,
  ],
  [
    'tells too long a life',
    () => granting((tokens) => ({ ...tokens, expiresAt: (tokens.expiresAt ?? 0) + 60_000 })),
    LIFE,
  ],
  [
    'tells the old life after a refresh',
    () => granting((tokens, before) => ({ ...tokens, expiresAt: before?.expiresAt ?? tokens.expiresAt })),
    LIFE,
  ],
  ['wants more life than a token has', () => ({ minimumLifeMs: LIFE_MS }), USED],
  ['serves a token that renewing kills', () => ({ early: 'serve' }), UNDER_WAY],
  ['says that its tokens can not be renewed', () => ({ renewable: () => false }), SENT_ONCE],
  [
    'makes no error of a refusal',
    () => ({
      toError: () => {
        throw new Error('oops')
      },
    }),
    REFUSED,
  ],
  ['does not tell the server of a sign-out', () => ({ revoke: async () => {} }), TELLS],
  [
    'can not sign out',
    () => ({
      revoke: async () => {
        throw new Error('oops')
      },
    }),
    TELLS,
  ],
]

describe('the contract finds a protocol at fault that', () => {
  it.each(mistakes)('%s', async (_, change, found) => {
    const failed: string[] = []
    for (const { name, run } of protocolContract(saferMe(change())))
      await run().catch(() => failed.push(name))
    expect(failed).toContain(found)
  })
})
