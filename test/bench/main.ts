import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { writeReport } from './report.ts'
import type { Result } from './row.ts'

/** Files that export a group. Each is run in a process of its own: what one leaves behind costs the next nothing. */
const GROUPS = [
  'bytes.ts',
  'request.ts',
  'operation.ts',
  'token.ts',
  'storm.ts',
  'start.ts',
  'types.ts',
  'validation.ts',
  'session-pool.ts',
  'session-pool-redis.ts',
  'herd.ts',
]

const [wanted = '', ...options] = process.argv.slice(2)
const results: Result[] = []

for (const file of GROUPS.filter((name) => name.includes(wanted))) {
  const run = ['--expose-gc', join(import.meta.dirname, 'run-group.ts'), file, ...options]
  const group = spawn(process.execPath, run, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  group.on('message', (result) => results.push(result as Result))
  const [code] = await once(group, 'exit')
  if (code !== 0) process.exitCode = 1
}

if (!wanted && !process.exitCode) await writeReport(results)
