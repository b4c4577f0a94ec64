import { expect, it, onTestFinished } from 'vitest'
import { fakeSaferMe } from '../../src/testing/index.ts'

const origin = 'http://127.0.0.1:8080'

async function listening(allowOrigin?: string) {
  const server = fakeSaferMe()
  const { url, close } = await server.listen(0, allowOrigin === undefined ? {} : { allowOrigin })
  onTestFinished(close)
  return { server, url }
}

it('a page of the allowed origin can read answers, what time it is, and when to come again', async () => {
  const { server, url } = await listening(origin)
  server.fault('api', { kind: 'status', status: 503, headers: { 'Retry-After': '2' } })
  const { status, headers } = await fetch(`${url}/api/v4/reports`, { headers: { origin } })
  expect(status).toBe(503)
  expect(headers.get('access-control-allow-origin')).toBe(origin)
  expect(headers.get('access-control-allow-credentials')).toBe('true')
  expect(headers.get('access-control-expose-headers')).toBe('date, retry-after')
})

it('a preflight is granted, is not recorded and uses up no fault', async () => {
  const { server, url } = await listening(origin)
  server.fault('*', { kind: 'drop-before' })
  const { status, headers } = await fetch(`${url}/api/v4/session`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': 'authorization,content-type',
    },
  })
  expect(status).toBe(204)
  expect(headers.get('access-control-allow-methods')).toBe('PATCH')
  expect(headers.get('access-control-allow-headers')).toBe('authorization,content-type')
  expect(server.requests).toEqual([])
  await expect(fetch(`${url}/api/v4/session`)).rejects.toThrow(TypeError)
})

it('an OPTIONS request that is no preflight gets to the server', async () => {
  const { server, url } = await listening(origin)
  await fetch(`${url}/api/v4/reports`, { method: 'OPTIONS' })
  expect(server.count('api')).toBe(1)
})

it('a browser has no used connection left on which it would send a dropped request anew', async () => {
  const { url } = await listening(origin)
  expect((await fetch(`${url}/api/v4/reports`)).headers.get('connection')).toBe('close')
})

it('nobody is let in unless asked for', async () => {
  const { url } = await listening()
  const { headers } = await fetch(`${url}/api/v4/reports`, { headers: { origin } })
  expect(headers.get('access-control-allow-origin')).toBeNull()
})
