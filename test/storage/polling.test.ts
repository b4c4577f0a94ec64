import { expect, it } from 'vitest'
import { poll } from '../../src/storage/polling.ts'
import { fakeClock } from '../../src/testing/index.ts'

it('a look that somebody asks for puts the next one off, and brings none besides', async () => {
  const clock = fakeClock()
  let looks = 0
  const polling = poll(
    clock,
    1000,
    async () => looks++,
    () => {},
  )
  await clock.advance(500)
  for (let asked = 0; asked < 3; asked++) {
    polling.look()
    await clock.advance(100)
  }
  expect(looks).toBe(1 + 3)
  await clock.advance(899)
  expect(looks).toBe(1 + 3)
  await clock.advance(1)
  expect(looks).toBe(1 + 3 + 1)
  await clock.advance(5000)
  expect(looks).toBe(1 + 3 + 1 + 5)
  polling.stop()
  await clock.advance(5000)
  expect(looks).toBe(1 + 3 + 1 + 5)
})
