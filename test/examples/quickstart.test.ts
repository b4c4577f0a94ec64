import { expect, it } from 'vitest'
import { clerkStory } from '../../examples/quickstart/clerk.ts'
import { komsStory } from '../../examples/quickstart/koms.ts'
import { saferMeStory } from '../../examples/quickstart/saferme.ts'
import { inProcess, storyteller } from '../../examples/quickstart/story.ts'
import { zelfStory } from '../../examples/quickstart/zelf.ts'
import { fakeClock } from '../../src/testing/index.ts'

it.each([
  ['SaferMe', saferMeStory, 8],
  ['KOMS', komsStory, 4],
  ['Zelf', zelfStory, 3],
  ['Clerk', clerkStory, 4],
])(
  'the first thing that a newcomer runs tells its story of %s to the end',
  async (_, story, expectations) => {
    const clock = fakeClock()
    const lines: string[] = []
    await clock.until(story(storyteller((line) => lines.push(line), inProcess, clock)))
    expect(lines.filter((line) => line.includes('✓'))).toHaveLength(expectations)
    expect(lines.filter((line) => line.includes('✗'))).toEqual([])
  },
)
