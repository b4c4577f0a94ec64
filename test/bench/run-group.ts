import type { Group, Result } from './row.ts'
import { tableOf } from './table.ts'

const [file, ...options] = process.argv.slice(2)
const { group } = (await import(`./${file}`)) as { group: Group }
const { measure, ...rest } = group
process.stdout.write(`\n${group.title}\n`)
const rows = await measure(options)
process.stdout.write(typeof rows === 'string' ? `  Not measured: ${rows}\n` : tableOf(rows))
const result: Result = { ...rest, rows }
// Some programs never let go of a timer.
process.send?.(result, () => process.exit())
