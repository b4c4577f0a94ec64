import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** Files that export a group. Each is run in a process of its own: what one leaves behind costs the next nothing. */
const GROUPS = ['session-pool.ts', 'session-pool-redis.ts']

const [wanted = ''] = process.argv.slice(2)

for (const file of GROUPS.filter((name) => name.includes(wanted))) {
  const run = ['--expose-gc', join(import.meta.dirname, 'run-group.ts'), file]
  const [code] = await once(spawn(process.execPath, run, { stdio: 'inherit' }), 'exit')
  if (code !== 0) process.exitCode = 1
}
