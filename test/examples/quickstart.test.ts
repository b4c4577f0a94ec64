import { expect, it } from 'vitest'
import { saferMeStory } from '../../examples/quickstart/saferme.ts'
import { inProcess, storyteller } from '../../examples/quickstart/story.ts'
import { fakeClock } from '../../src/testing/index.ts'

it('the first thing that a newcomer runs tells its story to the end', async () => {
  const clock = fakeClock()
  const lines: string[] = []
  await clock.until(saferMeStory(storyteller((line) => lines.push(line), inProcess, clock)))
  expect(lines.filter((line) => line.includes('✓'))).toHaveLength(8)
  expect(lines.filter((line) => line.includes('✗'))).toEqual([])
})
