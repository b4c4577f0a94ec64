import { inspect, parseArgs } from 'node:util'
import { ATTACKS } from './attacks.ts'

const USAGE = `npm run fuzz -- [--runs N] [--seed S] [--only NAME]

  --runs N     how many times as many cases as in npm test (default: 20)
  --seed S     what the cases are made of (default: one of the moment's, which is printed)
  --only NAME  one attack: ${ATTACKS.map(({ name }) => name).join(', ')}
`

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const [runs, seed] = [Number(values.runs), Number(values.seed)]
const attacks = ATTACKS.filter(({ name }) => values.only === undefined || name === values.only)
const print = (line: string): boolean => process.stdout.write(`${line}\n`)

if (values.help || !(runs > 0) || !Number.isInteger(seed) || attacks.length === 0) {
  print(USAGE)
  process.exit(values.help ? 0 : 2)
}

print(`Seed ${seed}\n\n| attack | what must hold | cases | got through |\n| --- | --- | ---: | ---: |`)
for (const { name, what, holds, cases, run } of attacks) {
  try {
    const tried = await run(seed, Math.ceil(cases * runs))
    print(`| ${what} | ${holds} | ${tried.toLocaleString('en')} | none |`)
  } catch (error) {
    process.exitCode = 1
    print(`| ${what} | ${holds} | | one |\n`)
    print(
      `${inspect(error, { depth: 10 })}\n\nnpm run fuzz -- --only ${name} --runs ${runs} --seed ${seed}\n`,
    )
  }
}
