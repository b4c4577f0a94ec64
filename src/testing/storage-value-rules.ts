import { must } from './contract-case.ts'
import type { StorageBench, StorageRules } from './storage-bench.ts'

const RACERS = 8
const LONG_VALUE_CHARACTERS = 3_000
const AWKWARD = '{"quotes":"\\"\'`","lines":"\n\r\n\t","signs":"%20;,=&+#<\\>","words":"naïve 東京 🔑👩‍🚀"}'

/** What keys may hold, each of which some store takes for something else. */
const SUFFIXES = [
  '',
  ' ',
  ' a',
  '/a',
  '/../a',
  ':a',
  '%2Fa',
  '\na',
  '.a',
  '\u00e9',
  'e\u0301',
  '\u00c9',
  '東京',
  '🔑',
  '?a=b&c#d',
  '_a',
  '_A',
]

export const valueRules: StorageRules = {
  'nothing is read where nothing was written': async ({ storage, key }) => {
    must((await storage.read(key)) === null, 'reading an unknown key must give null')
  },

  'the first write expects nothing, and is read back through every instance': async (bench) => {
    const { storage, other, key } = bench
    must((await storage.replace(key, null, 'first')) === true, 'the first write must answer true')
    await mustHold(bench, 'first')
    must(
      (await other.replace(key, 'first', 'second')) === true,
      'a write that expects the value must answer true',
    )
    await mustHold(bench, 'second')
  },

  'a write that expects another value writes nothing': async (bench) => {
    await bench.storage.replace(bench.key, null, 'kept')
    const answer = await bench.other.replace(bench.key, 'something else', 'lost')
    must(answer === false, 'a write that expects another value must answer false')
    await mustHold(bench, 'kept')
  },

  'a write that expects nothing overwrites nobody': async (bench) => {
    await bench.storage.replace(bench.key, null, 'kept')
    const answer = await bench.other.replace(bench.key, null, 'lost')
    must(answer === false, 'a write that expects nothing must answer false where there is a value')
    await mustHold(bench, 'kept')
  },

  'a write that expects a value brings back nothing that is gone': async (bench) => {
    const answer = await bench.storage.replace(bench.key, 'gone', 'lost')
    must(answer === false, 'a write that expects a value must answer false where there is none')
    await mustHold(bench, null)
  },

  'of many first writes at once exactly one is kept': (bench) => race(bench, null),

  'of many writes at once that expect the same value exactly one is kept': async (bench) => {
    await bench.storage.replace(bench.key, null, 'before')
    await race(bench, 'before')
  },

  'a long value with quotes, line breaks and emoji comes back as it was': async (bench) => {
    const value = (AWKWARD + 'x'.repeat(LONG_VALUE_CHARACTERS)).slice(0, LONG_VALUE_CHARACTERS)
    await bench.storage.replace(bench.key, null, value)
    await mustHold(bench, value)
    must(
      (await bench.other.replace(bench.key, value, 'next')) === true,
      'a long value must be found equal to itself',
    )
  },

  'keys that look alike are kept apart': async ({ storage, key }) => {
    for (const suffix of SUFFIXES) {
      const answer = await storage.replace(key + suffix, null, `of ${suffix}`)
      must(
        answer === true,
        `the key with ${JSON.stringify(suffix)} is taken for another, or can't be written`,
      )
    }
    for (const suffix of SUFFIXES) {
      const value = await storage.read(key + suffix)
      must(value === `of ${suffix}`, `the key with ${JSON.stringify(suffix)} has lost its value`)
    }
  },
}

async function race({ storage, other, key }: StorageBench, expected: string | null): Promise<void> {
  const racers = Array.from({ length: RACERS }, (_, index) => `racer ${index}`)
  const wins = await Promise.all(
    racers.map((racer, index) => (index % 2 === 0 ? storage : other).replace(key, expected, racer)),
  )
  const winners = racers.filter((_, index) => wins[index])
  must(winners.length === 1, `one write must win, but ${winners.length} were told that they had`)
  must((await storage.read(key)) === winners[0], "the winner's value must be the one that is kept")
}

async function mustHold({ storage, other, key }: StorageBench, value: string | null): Promise<void> {
  for (const instance of [storage, other]) {
    must((await instance.read(key)) === value, 'what is read is not what must have been kept')
  }
}
