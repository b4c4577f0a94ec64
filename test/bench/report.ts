import { readFile, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { RIVALS_FOLDER, ROOT } from './bundle.ts'
import { chartOf } from './chart.ts'
import type { Result } from './row.ts'
import { readRow, written } from './table.ts'

const GUIDE = join(ROOT, 'docs/guides/benchmarks.md')
const CHART = join(ROOT, 'docs/guides/benchmarks.svg')
const MEASURED = /(<!-- measured -->\n).*(<!-- \/measured -->)/s

/** Puts what was measured into the guide, and draws its chart. */
export async function writeReport(results: readonly Result[]): Promise<void> {
  const guide = await readFile(GUIDE, 'utf8')
  const sections = [await machine(), ...results.map(sectionOf)].join('\n')
  await writeFile(
    GUIDE,
    guide.replace(MEASURED, (_, start, end) => `${start}\n${sections}\n${end}`),
  )
  await writeFile(CHART, chartOf(results))
}

async function machine(): Promise<string> {
  const { version } = await manifest(ROOT)
  const { devDependencies } = await manifest(RIVALS_FOLDER)
  const { dependencies } = await manifest(ROOT)
  const own = Object.keys(dependencies).map(async (name) => {
    const installed = await manifest(join(ROOT, 'node_modules', name))
    return `${name} ${installed.version}`
  })
  const rivals = Object.entries(devDependencies).map(([name, exact]) => `${name} ${exact}`)
  const processors = cpus()
  return `Measured on ${new Date().toISOString().slice(0, 10)}, on a virtual machine with ${processors.length} cores of
an ${processors[0]?.model.trim()} and ${Math.round(totalmem() / 2 ** 30)} GiB of memory, with Node ${process.versions.node}. Latchkey ${version} over
${(await Promise.all(own)).join(', ')}; beside it ${rivals.join(', ')}.
`
}

interface Manifest {
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

async function manifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest
}

function sectionOf({ title, about, rows }: Result): string {
  const text = typeof rows === 'string' ? `Not measured: ${rows}.\n` : markdownOf(rows)
  return `## ${title}\n\n${about ? `${about}\n\n` : ''}${text}`
}

function markdownOf(rows: Exclude<Result['rows'], string>): string {
  const lines = rows.map((row) => {
    const { median, ratio, verdict } = readRow(row, rows)
    return [row.name, `${written(median)} ${row.unit}`.trimEnd(), ratio, verdict]
  })
  return [['', 'median', 'ratio', 'to reach'], ['---', '---:', '---', '---'], ...lines]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('')
}
