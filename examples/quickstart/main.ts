import { systemClock } from 'latchkey'
import { saferMeStory } from './saferme.ts'
import { onPort, storyteller } from './story.ts'

try {
  await saferMeStory(storyteller(console.log, onPort, systemClock))
  console.log('\nAll of it went as it should.')
} catch (error) {
  console.error(error)
  process.exitCode = 1
}
