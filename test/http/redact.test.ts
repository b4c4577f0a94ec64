import { describe, expect, it } from 'vitest'
import { redactorFor } from '../../src/http/redact.ts'
import { ApiError } from '../../src/index.ts'
import { transport } from './transport.ts'

const sentWith = (authorization: string, url = 'https://x.test/') =>
  new Request(url, { headers: { authorization } })

describe('what a request carried in secret is taken out of the answer', () => {
  it.each([
    ['a token of its own scheme', 'Token token=smt_secret', 'smt_secret'],
    ['a quoted token', 'Token token="smt_secret", nonce="x"', 'smt_secret'],
    ['a bearer', 'Bearer ey.secret.x', 'ey.secret.x'],
    ['a token without a scheme', 'ey.secret.x', 'ey.secret.x'],
    ['a token with padding', 'Basic c2VjcmV0==', 'c2VjcmV0=='],
  ])('%s', (_, authorization, token) => {
    expect(redactorFor({}, sentWith(authorization))(`is ${token} known?`)).toBe('is [redacted] known?')
  })

  it('but no word that merely stands beside it', () => {
    const text = 'the access_token of a Token, a token'
    expect(redactorFor({}, sentWith('Token token=smt_secret'))(text)).toBe(text)
  })

  it('a secret in the URL', () => {
    const request = new Request('https://x.test/?__clerk_db_jwt=secret-jwt&q=public')
    expect(redactorFor({}, request)('secret-jwt public')).toBe('[redacted] public')
  })

  it('secrets in the body, however deep, in JSON or a form, text or number', () => {
    const json = { user: { password: 'secret', codes: [['123456'], 654321], email: 'ada@x.test' } }
    expect(redactorFor({ json }, undefined)('secret 123456 654321 ada@x.test')).toBe(
      '[redacted] [redacted] [redacted] ada@x.test',
    )
    expect(
      redactorFor(
        { form: { password: 'secret', strategy: 'password', ticket: undefined } },
        undefined,
      )('secret password'),
    ).toBe('[redacted] password')
  })

  it('the whole of a secret that another one begins', () => {
    const json = { password: 'secret', token: 'secret-and-more' }
    expect(redactorFor({ json }, undefined)('secret-and-more, secret')).toBe('[redacted], [redacted]')
  })
})

it.each(['GET', 'POST'] as const)(
  'what a %s was carried with shows in no answer that echoes it',
  async (method) => {
    const bodies: unknown[] = []
    const { send } = transport(async () => Response.json({ said: 'Bearer SECRET-TOKEN' }, { status: 400 }), {
      toError: (failure) => {
        bodies.push(failure.body)
        return new ApiError(failure)
      },
    })
    const headers = { authorization: 'Bearer SECRET-TOKEN' }
    await expect(
      send({ method, write: () => ({ json: method === 'POST' ? {} : undefined }) }, { headers }),
    ).rejects.toMatchObject({ status: 400 })
    expect(bodies).toEqual([{ said: 'Bearer [redacted]' }])
  },
)
