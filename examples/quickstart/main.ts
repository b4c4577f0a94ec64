import { systemClock } from 'latchkey'
import { clerkStory } from './clerk.ts'
import { komsStory } from './koms.ts'
import { saferMeStory } from './saferme.ts'
import { onPort, storyteller } from './story.ts'
import { zelfStory } from './zelf.ts'

try {
  const story = storyteller(console.log, onPort, systemClock)
  for (const tell of [saferMeStory, komsStory, zelfStory, clerkStory]) await tell(story)
  console.log('\nAll of it went as it should.')
} catch (error) {
  console.error(error)
  process.exitCode = 1
}
