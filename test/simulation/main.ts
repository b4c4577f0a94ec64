import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { breakEngine } from './broken-source.ts'
import type { Run } from './simulate.ts'
import type { Report, Work } from './worker.ts'

const USAGE = `npm run simulate -- [--seeds N] [--from S] [--workers W] [--break NAME] [--go-on]

  --seeds N     how many worlds to simulate (default: 1000)
  --from S      the first of their seeds (default: 1)
  --workers W   how many threads work on them (default: one for each processor)
  --break NAME  break the engine first, to see it caught; the names are in test/simulation/breakages.ts
  --go-on       simulate all seeds even if one fails
`

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    workers: { type: 'string', default: String(availableParallelism()) },
    break: { type: 'string' },
    'go-on': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const [seeds, from, workers] = [values.seeds, values.from, values.workers].map(Number) as [
  number,
  number,
  number,
]
const print = (line: string): boolean => process.stdout.write(`${line}\n`)

if (values.help || !(seeds > 0 && from >= 0 && workers > 0)) {
  print(USAGE)
  process.exit(values.help ? 0 : 2)
}

const started = performance.now()
const failed: Run[] = []
const running = new Set<Worker>()
let [done, steps] = [0, 0]
await Promise.all(Array.from({ length: Math.min(workers, seeds) }, (_, index) => work(index)))

const first = failed.sort((one, other) => one.seed - other.seed)[0]
if (first) await show(first)
const seconds = (performance.now() - started) / 1000
const rate = (count: number): string => Math.round(count / seconds).toLocaleString('en')
print(
  `${done.toLocaleString('en')} seeds from ${from}, ${failed.length} failing; ${steps.toLocaleString('en')} steps; ` +
    `${seconds.toFixed(1)} s, ${rate(done)} seeds and ${rate(steps)} steps a second, ` +
    `${((seconds * 1000 * workers) / done).toFixed(1)} ms a seed and thread`,
)
process.exitCode = failed.length ? 1 : 0

/** Has one thread simulate its share of the seeds. */
function work(index: number): Promise<void> {
  const share: Work = { from: from + index, to: from + seeds, stride: workers, breakage: values.break }
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: share })
    running.add(worker)
    worker.on('message', (report: Report) => {
      if ('failed' in report) {
        const { seed, violations } = report.failed
        print(`Seed ${seed} breaks ${violations[0]?.rule}`)
        failed.push(report.failed)
        if (!values['go-on']) for (const one of running) void one.terminate()
      } else {
        done += report.seeds
        steps += report.steps
      }
    })
    worker.on('error', reject)
    worker.on('exit', () => resolve())
  })
}

/** Lets a world happen again, telling everything. */
async function show({ seed, violations }: Run): Promise<void> {
  if (values.break) breakEngine(values.break)
  const { simulate } = await import('./simulate.ts')
  print(`Seed ${seed}, every step of it:\n`)
  await simulate(seed, (at, who, text) =>
    print(`${(at / 1000).toFixed(3).padStart(10)} s  ${who.padEnd(10)} ${text}`),
  )
  const option = values.break ? ` --break ${values.break}` : ''
  print(`\nSeed ${seed} breaks ${violations.map(({ rule, detail }) => `${rule}: ${detail}`).join('; ')}`)
  print(`npm run simulate -- --seeds 1 --from ${seed}${option}\n`)
}
