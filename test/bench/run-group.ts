import type { Group } from './row.ts'
import { tableOf } from './table.ts'

const { group } = (await import(`./${process.argv[2]}`)) as { group: Group }
process.stdout.write(`\n${group.title}\n`)
const rows = await group.measure()
process.stdout.write(typeof rows === 'string' ? `  Not measured: ${rows}\n` : tableOf(rows))
