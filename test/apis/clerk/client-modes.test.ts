import { memoryStorage } from 'latchkey'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { failureOf, refusal, world } from './client-setup.ts'

const carried = (sent: { headers: Headers }[]) => sent.map(({ headers }) => headers.get('authorization'))
const devTokens = (sent: { url: URL }[]) => sent.map(({ url }) => url.searchParams.get('__clerk_db_jwt'))

describe('native: the client token', () => {
  it('the first request is sent with an empty token, and what comes back goes with the next, as it was received', async () => {
    const { client, until, sent } = world({ rotate: true, clientTokenPrefix: 'Bearer ' })
    for (let round = 0; round < 3; round++) await until(client.getClient())
    const tokens = carried(sent)
    expect(tokens[0]).toBe('')
    expect(tokens[1]).toMatch(/^Bearer ey/)
    expect(new Set(tokens).size).toBe(3)
    for (const { url, credentials } of sent) {
      expect(url.searchParams.get('_is_native')).toBe('1')
      expect(credentials).toBe('omit')
    }
  })

  it('requests that start at once make one client, and only the first of them waits for nobody', async () => {
    const { client, until, server, sent, clock } = world()
    const before = server.clients.length
    server.fault('*', { kind: 'delay', ms: 100 }, { times: Number.POSITIVE_INFINITY })
    const all = Promise.all(Array.from({ length: 20 }, () => client.getClient()))
    await clock.advance(50)
    expect(sent).toHaveLength(1)
    await clock.advance(60)
    expect(sent).toHaveLength(20)
    await until(all)
    expect(carried(sent).filter((token) => token === '')).toHaveLength(1)
    expect(server.clients).toHaveLength(before)
  })

  it('two clients over one storage make one client on the server', async () => {
    const { open, until, server } = world()
    const storage = memoryStorage()
    const [one, two] = [open({ storage }), open({ storage })]
    await until(Promise.all([one.getClient(), two.getClient()]))
    expect(server.clients).toHaveLength(1)
  })

  it('a first request that fails leaves the way to the next', async () => {
    const { client, until, server, sent } = world({}, { retry: false })
    server.fault('getClient', { kind: 'drop-before' })
    const [first, second] = await until(Promise.allSettled([client.getClient(), client.getClient()]))
    expect([first?.status, second?.status]).toEqual(['rejected', 'fulfilled'])
    expect(carried(sent)).toEqual(['', ''])
  })

  const orders = [
    [100, 200, 300],
    [100, 300, 200],
    [200, 100, 300],
    [200, 300, 100],
    [300, 100, 200],
    [300, 200, 100],
  ]
  it.each(orders)(
    'three answers that each bring a token arrive after %i, %i and %i ms: the first one counts',
    async (...delays) => {
      const { client, until, server, sent, answered, clock, id } = world({ rotate: true })
      await until(client.getClient())
      for (const ms of delays) server.fault('getSession', { kind: 'delay', ms })
      const all = Promise.all(delays.map(() => client.getSession(id)))
      await clock.advance(1000)
      await until(all)
      await until(client.getSession(id))
      const tokens = carried(sent)
      expect(new Set(tokens.slice(1, 4))).toEqual(new Set([answered[0]]))
      expect(new Set(answered.slice(1, 4)).size).toBe(3)
      expect(tokens[4]).toBe(answered[1])
    },
  )

  it('an answer to an outdated token that says "forgotten" costs nobody the newer one', async () => {
    const { client, until, server, clock, id, sent } = world({ rotate: true, rotationGraceMs: 1000 })
    await until(client.getClient())
    server.fault('getSession', { kind: 'delay', ms: 5000, before: true })
    const late = client.getSession(id)
    await until(client.getClient())
    await until(client.getClient())
    await clock.advance(6000)
    expect((await until(late)).id).toBe(id)
    expect(client.client?.sessions).toHaveLength(1)
    expect(carried(sent).filter((token) => token === '')).toHaveLength(1)
  })

  it('a client that the server has forgotten begins anew', async () => {
    const { client, until, server, sent } = world({ clientTokenPrefix: 'Bearer ' })
    await until(client.getClient())
    server.forgetClient()
    expect(await until(failureOf(client.getClient()))).toMatchObject({ clerkCode: 'authentication_invalid' })
    expect(client.client).toBeNull()
    server.addClient()
    await until(client.getClient())
    expect(carried(sent).map((token) => token === '')).toEqual([true, false, true])
    expect(server.clients).toHaveLength(2)
  })

  it('a token that an error brings counts as well', async () => {
    const { client, until, sent } = world({ rotate: true })
    await until(client.getClient())
    await until(failureOf(client.getSession('sess_unknown')))
    await until(client.getClient())
    expect(new Set(carried(sent)).size).toBe(3)
  })

  it('no Origin goes with Authorization, and one API version goes as a header', async () => {
    const { open, until, sent } = world()
    const client = open({ apiVersion: '2025-11-10', headers: { origin: 'https://app.test', 'x-app': '1' } })
    await until(client.getClient())
    expect(sent[0]?.headers.has('origin')).toBe(false)
    expect(sent[0]?.headers.get('x-app')).toBe('1')
    expect(sent[0]?.headers.get('clerk-api-version')).toBe('2025-11-10')
    expect(sent[0]?.url.searchParams.has('__clerk_api_version')).toBe(false)
  })
})

describe('browser: the cookie', () => {
  it('requests include the cookie and have no header that costs a preflight', async () => {
    const { client, until, sent, id } = world(
      { ambientCookie: true, rotate: true },
      { mode: 'browser', apiVersion: '2025-11-10' },
    )
    await until(client.getClient())
    await until(client.touchSession(id, { intent: 'focus' }))
    await until(client.getToken())
    for (const { headers, credentials, url } of sent) {
      expect(credentials).toBe('include')
      expect([...headers.keys()].filter((name) => !/^(accept|content-type)$/.test(name))).toEqual([])
      expect(url.searchParams.get('__clerk_api_version')).toBe('2025-11-10')
      expect(url.searchParams.has('_is_native')).toBe(false)
    }
  })

  it("a program's own version header and Authorization don't meet the client's", async () => {
    const headers = { 'clerk-api-version': '2021-01-01', authorization: 'Bearer x' }
    const { client, until, sent } = world(
      { ambientCookie: true },
      { mode: 'browser', apiVersion: '2025-11-10', headers },
    )
    await until(client.getClient())
    expect(sent[0]?.headers.has('clerk-api-version')).toBe(false)
    expect(sent[0]?.headers.has('authorization')).toBe(false)
  })
})

describe('development: the dev browser token', () => {
  const development = (options = {}) =>
    world({ instance: 'development', ...options }, { mode: 'development' })

  it('it is obtained once, goes with every request, and rotates', async () => {
    const { client, until, server, sent } = development({ rotate: true })
    await until(Promise.all([client.getClient(), client.getClient()]))
    await until(client.getClient())
    expect(server.count('createDevBrowser')).toBe(1)
    expect(server.clients).toHaveLength(1)
    const tokens = devTokens(sent)
    expect(tokens[0]).toBeNull()
    expect(tokens[1]).toBe(tokens[2])
    expect(tokens[3]).not.toBe(tokens[2])
    expect(sent.every(({ credentials }) => credentials === 'include')).toBe(true)
    expect(sent.some(({ headers }) => headers.has('authorization'))).toBe(false)
  })

  it('one that the server does not know is obtained anew once, however many meet that, and the form goes again', async () => {
    const { client, until, server, id } = development()
    await until(client.getClient())
    server.forgetDevBrowsers()
    const both = [client.touchSession(id, { active_organization_id: 'acme' }), client.getSession(id)]
    const failures = await until(Promise.all(both.map(failureOf)))
    expect(failures).toMatchObject([{ status: 404 }, { status: 404 }])
    expect(server.count('createDevBrowser')).toBe(2)
    const touches = server.requests.filter(({ operation }) => operation === 'touchSession')
    expect(touches.map(({ body, status }) => [body, status])).toEqual([
      ['active_organization_id=acme', 401],
      ['active_organization_id=acme', 404],
    ])
  })

  it('one that the server never takes is no endless loop', async () => {
    const { client, until, server } = development()
    server.fault('getClient', refusal(401, 'dev_browser_unauthenticated'), {
      times: Number.POSITIVE_INFINITY,
    })
    expect(await until(failureOf(client.getClient()))).toMatchObject({
      clerkCode: 'dev_browser_unauthenticated',
    })
    expect(server.count('getClient')).toBe(2)
    expect(server.count('createDevBrowser')).toBe(2)
  })
})

describe('where no mode is given', () => {
  afterEach(() => vi.unstubAllGlobals())

  const key = (kind: string) => ({
    frontendApi: undefined,
    publishableKey: `pk_${kind}_${btoa('clerk.test$')}`,
  })
  const choices = [
    ['a program without pages', false, key('test'), 'native'],
    ['a page with a development key', true, key('test'), 'development'],
    ['a page with a production key', true, key('live'), 'browser'],
    ['a page with a host alone', true, {}, 'browser'],
  ] as const
  it.each(choices)('%s', async (_, inPage, options, mode) => {
    if (inPage) vi.stubGlobal('document', {})
    const instance = mode === 'development' ? 'development' : 'production'
    const { client, until, server, sent } = world({ instance, ambientCookie: mode === 'browser' }, options)
    await until(client.getClient())
    const last = sent.at(-1)
    expect(last?.credentials).toBe(mode === 'native' ? 'omit' : 'include')
    expect(last?.url.searchParams.has('_is_native')).toBe(mode === 'native')
    expect(server.count('createDevBrowser')).toBe(mode === 'development' ? 1 : 0)
  })
})

it('native: a request that arrives with a client token that others have replaced meanwhile is sent once more', async () => {
  const { open, until, server, clock, id } = world({ rotate: true, rotationGraceMs: 1000 }, { retry: false })
  let isHeld = false
  const client = open({
    fetch: async (input, init) => {
      if (isHeld) {
        isHeld = false
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 5000))
      }
      return server.fetch(input, init)
    },
  })
  await until(client.getClient())
  isHeld = true
  const late = client.getSession(id)
  await clock.advance(100)
  await until(client.getClient())
  await until(client.getClient())
  expect((await until(late)).id).toBe(id)
  const answers = server.requests.filter(({ operation }) => operation === 'getSession')
  expect(answers.map(({ status }) => status)).toEqual([401, 200])
  expect(server.clients).toHaveLength(1)
})
