import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../src/index.ts'
import { signedIn } from './signed-in.ts'

const PATH = '/api/v4/things'

describe("SaferMe's own headers", () => {
  it('are on client.fetch, and not on the session operations', async () => {
    const { client, server } = await signedIn({ teamId: 7 })
    await client.fetch(PATH)
    await client.refreshSession()
    await client.getSession()
    await client.deleteSession()
    const told = server.requests.map(({ operation, headers }) => [
      operation,
      headers.get('x-appid'),
      headers.get('x-teamid'),
    ])
    expect(told).toEqual([
      ['createSession', null, null],
      ['api', 'com.thundermaps.saferme', '7'],
      ['refreshSession', null, null],
      ['getSession', null, null],
      ['deleteSession', null, null],
    ])
  })

  it('follow the team of the moment, and give way to what a caller says', async () => {
    let team: number | undefined
    const { client, server } = await signedIn({ teamId: () => team })
    await client.fetch(PATH)
    team = 8
    await client.fetch(PATH)
    await client.fetch(PATH, { headers: { 'x-teamid': '9', 'x-appid': 'mine' } })
    const told = server.requests
      .slice(1)
      .map(({ headers }) => [headers.get('x-teamid'), headers.get('x-appid')])
    expect(told).toEqual([
      [null, 'com.thundermaps.saferme'],
      ['8', 'com.thundermaps.saferme'],
      ['9', 'mine'],
    ])
  })
})

describe('default headers', () => {
  it.each([
    ['an object', { 'X-Trace': 'one' }],
    ['a function', () => ({ 'X-Trace': 'one' })],
    ['an asynchronous function', async () => new Headers({ 'X-Trace': 'one' })],
  ])('go out with everything, and give way to what a caller says: %s', async (_, headers) => {
    const { client, server } = await signedIn({ headers })
    await client.fetch(PATH)
    await client.getSession()
    await client.fetch(PATH, { headers: { 'x-trace': 'two' } })
    await client.getSession({ headers: { 'x-trace': 'three' } })
    await client.refreshSession()
    const told = server.requests.map((request) => request.headers.get('x-trace'))
    expect(told).toEqual(['one', 'one', 'one', 'two', 'three', 'one'])
  })

  it.each([
    [
      'throws',
      () => {
        throw new TypeError('secret')
      },
    ],
    ['rejects', async () => Promise.reject(new Error('secret'))],
    ['makes no headers', () => ({ 'bad name': 'secret' })],
  ])('of a function that %s are the fault of the program: nothing is sent', async (_, broken) => {
    let headers: () => HeadersInit | Promise<HeadersInit> = () => ({})
    const { client, server } = await signedIn({ headers: () => headers() })
    headers = broken
    for (const call of [() => client.fetch(PATH), () => client.getSession(), () => client.refreshSession()]) {
      const error = await call().catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(ConfigurationError)
      expect(error).not.toHaveProperty('cause')
    }
    expect(server.requests).toHaveLength(1)
  })
})
