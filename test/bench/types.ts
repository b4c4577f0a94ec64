import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from './bundle.ts'
import type { Group, Row } from './row.ts'
import { Samples } from './sample.ts'

const run = promisify(execFile)
const ROUNDS = 3
const RIVAL = '@supabase/auth-js'

/** Programs to be compiled, by what they use. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'Latchkey, all four clients': 'typed-latchkey.ts',
  [RIVAL]: 'rivals/typed-supabase.ts',
}

const FLAGS = [
  ...['--noEmit', '--extendedDiagnostics', '--ignoreConfig', '--strict', '--skipLibCheck'],
  ...['--target', 'es2023', '--lib', 'es2023,dom,dom.iterable'],
  ...['--module', 'nodenext', '--moduleResolution', 'nodenext'],
]

/** What the compiler says of itself, in its words. */
const FIGURES = { Instantiations: '', 'Check time': 'ms', 'Total time': 'ms' } as const

export const group: Group = {
  title: 'Types: what a program costs the compiler',
  about:
    '`tsc --extendedDiagnostics` for a program that uses all four clients, and for one that does the same with its rival.',
  measure: async (): Promise<Row[]> => {
    const samples = new Samples()
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, file] of Object.entries(PROGRAMS)) {
        const figures = await compile(join(import.meta.dirname, file))
        for (const figure of Object.keys(FIGURES)) {
          samples.add(`${figure}: ${name}`, figures.get(figure) ?? Number.NaN)
        }
      }
    }
    return Object.entries(FIGURES).flatMap(([figure, unit]) =>
      Object.keys(PROGRAMS).map((name) => ({
        name: `${figure}: ${name}`,
        unit,
        samples: samples.of(`${figure}: ${name}`),
        ...(name !== RIVAL && { against: `${figure}: ${RIVAL}`, within: 1 }),
      })),
    )
  },
}

/** The compiler's figures; times in milliseconds. */
async function compile(program: string): Promise<ReadonlyMap<string, number>> {
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
  const { stdout } = await run(process.execPath, [compiler, ...FLAGS, program], { cwd: ROOT })
  const lines = stdout.matchAll(/^(\S.*?):\s+([\d.]+)(s?)\w?$/gm)
  return new Map(
    [...lines].map(([, name = '', value, seconds]) => [name, Number(value) * (seconds ? 1000 : 1)]),
  )
}
