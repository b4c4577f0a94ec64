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

describe('the contract finds a protocol at fault', () => {
  const failing = async (change: Partial<SessionProtocol<never, never>>): Promise<string[]> => {
    const failed: string[] = []
    for (const { name, run } of protocolContract(saferMe(change))) await run().catch(() => failed.push(name))
    return failed
  }
  it('that forgets to authorize', async () => {
    expect(await failing({ authorize: () => {} })).toContain('a session that has begun carries calls')
  })
  it('that never says that a session is over', async () => {
    expect(await failing({ judge: () => 'transient' })).toEqual([
      'a session that the server says is over ends, and says so',
    ])
  })
  it('that sends a refresh token twice', async () => {
    const wasteful = saferMeProtocol('com.thundermaps.saferme')
    const failed = await failing({
      refresh: async (send, tokens) => {
        await wasteful.refresh?.(send, tokens)
        return (await wasteful.refresh?.(send, tokens)) as never
      },
    })
    expect(failed).toContain('a hundred calls over a token that has run out send one refresh')
  })
})
