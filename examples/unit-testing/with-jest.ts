import { expect, test } from '@jest/globals'
import { reportTitles } from './reports.ts'
import { signedIn } from './signed-in.ts'

test('a user who was away for a day still sees their reports', async () => {
  const { saferme, server, clock } = await signedIn()
  await clock.advance(24 * 3_600_000)
  expect(await clock.until(reportTitles(saferme))).toEqual(['Slippery floor'])
  expect(server.count('refreshSession')).toBe(1)
})
