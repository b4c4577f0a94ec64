import { TimeoutError } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { eventsOf, MINUTE_MS, SECOND_MS, saferMeWorld } from './saferme-world.ts'

describe('a failure, and the rest after it', () => {
  /** A client whose jitter is as long as can be, and that has failed five times before it succeeded. */
  const tired = async () => {
    const world = saferMeWorld()
    const clock = { ...world.clock, random: () => 0.999 }
    const one = await world.signedIn({ clock })
    const events = eventsOf(one)
    await world.runOut()
    world.server.fault('refreshSession', { kind: 'status', status: 503 }, { times: 5 })
    const rests = () => events.of('refreshFailed').map(({ coolDownMs }) => Math.round(coolDownMs / SECOND_MS))
    await world.clock.until(one.session.getAccessToken({ timeout: MINUTE_MS }))
    const failOnce = async () => {
      await world.runOut()
      world.server.fault('refreshSession', { kind: 'status', status: 503 })
      await world.clock.until(one.session.getAccessToken())
    }
    return { ...world, one, rests, failOnce }
  }

  it('grows with each, and begins anew after a success', async () => {
    const { rests, failOnce } = await tired()
    await failOnce()
    expect(rests()).toEqual([1, 2, 4, 8, 16, 1])
  })

  it('is forgotten by then: a later wait is not told of it', async () => {
    const { server, one, runOut, rejection } = await tired()
    await runOut()
    server.fault('refreshSession', { kind: 'delay', ms: 5 * SECOND_MS })
    expect(await rejection(one.session.getAccessToken({ timeout: SECOND_MS }))).toBeInstanceOf(TimeoutError)
  })
})
