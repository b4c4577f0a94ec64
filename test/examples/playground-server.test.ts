import { expect, it, onTestFinished } from 'vitest'
import type { PlaygroundState } from '../../examples/playground/control.ts'
import { FaultSwitches } from '../../examples/playground/server/fault-switches.ts'
import { startPlayground } from '../../examples/playground/server/playground.ts'
import { fakeClock, fakeZelf } from '../../src/testing/index.ts'

async function playground() {
  const started = await startPlayground({ files: new Map() })
  onTestFinished(started.close)
  const order = (body: string, type = 'application/json'): Promise<Response> =>
    fetch(`${started.url}/control`, { method: 'POST', headers: { 'content-type': type }, body })
  const state = async (): Promise<PlaygroundState> => (await fetch(`${started.url}/control`)).json()
  return { ...started, order, state }
}

it('a page of another site can put no fault in', async () => {
  const { order, state, url } = await playground()
  const clock = JSON.stringify({ api: 'zelf', order: 'clock' })
  await order(clock, 'text/plain')
  expect((await state()).servers.zelf.clockOffsetMs).toBe(0)
  await order(clock)
  expect((await state()).servers.zelf.clockOffsetMs).toBe(3 * 3_600_000)
  const preflight = await fetch(`${url}/control`, {
    method: 'OPTIONS',
    headers: { origin: 'https://evil.test' },
  })
  expect(preflight.headers.get('access-control-allow-origin')).toBeNull()
})

it.each([
  '',
  'null',
  '{}',
  '{"api":"zelf"}',
  '{"api":"__proto__","order":"drop"}',
  '{"api":"zelf","order":"sign-in"}',
])('an order that makes no sense is refused: %s', async (body) => {
  const { order, fakes } = await playground()
  expect((await order(body)).status).toBe(400)
  expect(fakes.clerk.sessions).toEqual([])
})

it('what is not there is not found', async () => {
  const { url } = await playground()
  expect((await fetch(`${url}/nowhere`)).status).toBe(404)
})

it('ten seconds of 503 are ten seconds, and what else was put in comes after them', async () => {
  const clock = fakeClock()
  const server = fakeZelf({ clock })
  const switches = new FaultSwitches(server)
  const request = async (): Promise<number> => (await clock.until(server.fetch('http://zelf.test/'))).status
  switches.flip('drop')
  switches.flip('unavailable')
  await clock.advance(9999)
  expect(await request()).toBe(503)
  expect(switches.state).toMatchObject({ dropping: true, unavailableUntil: clock.now() + 1 })
  await clock.advance(1)
  expect(switches.state).toMatchObject({ dropping: true, unavailableUntil: null })
  await expect(request()).rejects.toThrow(TypeError)
  expect(await request()).toBe(401)
  expect(switches.state.dropping).toBe(false)
})

it('503 once more begins anew, and stops with the playground', async () => {
  const clock = fakeClock()
  const switches = new FaultSwitches(fakeZelf({ clock }))
  switches.flip('unavailable')
  await clock.advance(5000)
  switches.flip('unavailable')
  await clock.advance(9999)
  expect(switches.state.unavailableUntil).toBe(clock.now() + 1)
  switches.close()
  expect(clock.pending).toBe(0)
})
