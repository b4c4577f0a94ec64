import { SessionEndedError } from 'latchkey'
import { expect, it } from 'vitest'
import { bob, saferMeWorld } from '../session/saferme-world.ts'

it('an operation that is repeated after a back-off never goes out with the token of who signed in meanwhile', async () => {
  const { clock, server, signedIn } = saferMeWorld()
  const client = await signedIn()
  server.fault('getSession', { kind: 'status', status: 503 })
  client.on('retry', () => void client.createSession(bob))
  await expect(clock.until(client.getSession())).rejects.toEqual(new SessionEndedError('superseded'))
  expect(server.count('getSession')).toBe(1)
})

it('a call that waits for its headers never goes out with the token of who signed in meanwhile', async () => {
  const { clock, server, signedIn } = saferMeWorld()
  let slow: (() => Promise<void>) | undefined
  const client = await signedIn({
    headers: async () => {
      await slow?.()
      return {}
    },
  })
  slow = async () => {
    slow = undefined
    await client.createSession(bob)
  }
  await expect(clock.until(client.fetch('/api/v4/reports'))).rejects.toEqual(
    new SessionEndedError('superseded'),
  )
  expect(server.count('api')).toBe(0)
})
