import { describe, expect, it, onTestFinished } from 'vitest'
import { fakeClock, fakeSaferMe } from '../../src/testing/index.ts'

async function listening(options?: Parameters<typeof fakeSaferMe>[0]) {
  const server = fakeSaferMe(options)
  const { url, close } = await server.listen()
  onTestFinished(close)
  const signIn = (signal?: AbortSignal) =>
    fetch(`${url}/api/v4/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        session: {
          app_bundle_id: 'com.thundermaps.saferme',
          email: 'ada@example.com',
          password: 'correct horse',
        },
      }),
      redirect: 'manual',
      ...(signal && { signal }),
    })
  return { server, url, close, signIn }
}

describe('a fake server on a real port', () => {
  it('answers as its fetch does, to anybody', async () => {
    const { server, url, signIn } = await listening()
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const { session } = await (await signIn()).json()
    const answer = await fetch(`${url}/api/v4/reports?page=2`, {
      method: 'PUT',
      headers: { authorization: `Token token=${session.access_token}` },
      body: 'naïve 🔑',
    })
    expect(await answer.json()).toMatchObject({
      path: '/api/v4/reports?page=2',
      method: 'PUT',
      body: 'naïve 🔑',
    })
    expect(server.requests.map(({ operation, status }) => [operation, status])).toEqual([
      ['createSession', 200],
      ['api', 200],
    ])
  })

  it('answers under a clock that stands still, at the time of the fake', async () => {
    const clock = fakeClock()
    const { server, signIn } = await listening({ clock })
    server.fault('createSession', { kind: 'delay', ms: 60_000 })
    const answer = signIn()
    while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve))
    const { headers } = await clock.until(answer)
    expect(headers.get('date')).toBe('Thu, 01 Jan 2026 00:01:00 GMT')
  })

  it('shows the Date of the fake, or none', async () => {
    const { server, signIn } = await listening()
    server.clockOffset = -86_400_000
    const shown = Date.parse((await signIn()).headers.get('date') ?? '')
    expect(Math.abs(shown + 86_400_000 - Date.now())).toBeLessThan(5_000)
    server.exposeDate = false
    expect((await signIn()).headers.has('date')).toBe(false)
  })

  it('breaks the connection of a dropped request', async () => {
    const { server, signIn } = await listening()
    server.fault('createSession', { kind: 'drop-before' })
    server.fault('createSession', { kind: 'drop-after' })
    await expect(signIn()).rejects.toThrow('fetch failed')
    expect(server.sessions.length).toBe(0)
    await expect(signIn()).rejects.toThrow('fetch failed')
    expect(server.sessions.length).toBe(1)
    expect((await signIn()).status).toBe(200)
  })

  it('lets a caller leave a request that hangs, and passes a redirect on', async () => {
    const { server, signIn } = await listening()
    server.fault('createSession', { kind: 'hang' })
    server.fault('createSession', {
      kind: 'status',
      status: 302,
      headers: { location: 'http://portal.test/' },
    })
    await expect(signIn(AbortSignal.timeout(20))).rejects.toThrow('timeout')
    expect((await signIn()).headers.get('location')).toBe('http://portal.test/')
  })

  it('closes with requests under way, and frees its port', async () => {
    const { server, url, close, signIn } = await listening()
    server.fault('createSession', { kind: 'hang' })
    const hanging = signIn()
    hanging.catch(() => {})
    while (server.count('createSession') === 0) await new Promise((resolve) => setImmediate(resolve))
    await close()
    await expect(hanging).rejects.toThrow('fetch failed')
    const again = await server.listen(Number(new URL(url).port))
    expect(again.url).toBe(url)
    await expect(server.listen(Number(new URL(url).port))).rejects.toThrow('EADDRINUSE')
    await again.close()
  })
})
