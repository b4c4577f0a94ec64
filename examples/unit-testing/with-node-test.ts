import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reportTitles } from './reports.ts'
import { signedIn } from './signed-in.ts'

test('a user who was away for a day still sees their reports', async () => {
  const { saferme, server, clock } = await signedIn()
  await clock.advance(24 * 3_600_000)
  assert.deepEqual(await clock.until(reportTitles(saferme)), ['Slippery floor'])
  assert.equal(server.count('refreshSession'), 1)
})
