/**
 * Runs every operation against a mock server that is made of Clerk's OpenAPI specification:
 *
 *     npm run build
 *     node examples/clerk-prism/main.ts path/to/clerk-frontend-api.yml
 */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ClerkClient } from 'latchkey'
import { operationsOf } from './operations.ts'
import { startPrism } from './prism.ts'

const ROUNDS = 20

const [path] = process.argv.slice(2)
if (path === undefined) {
  console.error('Usage: node examples/clerk-prism/main.ts <specification>')
  process.exit(2)
}

const specification = resolve(path)
const hasClient = /^ {2}\/v1\/client:/m.test(await readFile(specification, 'utf8'))
const prism = await startPrism(specification)
try {
  // Prism hands no client token out, and takes no request without one.
  const clerk = new ClerkClient({
    proxyUrl: prism.url,
    mode: 'native',
    clientToken: 'Bearer mock',
    retry: false,
  })
  const table: Record<string, { succeeded: number; failed: number; reasons: string }> = {}
  for (const [name, run] of operationsOf(clerk, hasClient)) {
    const reasons = new Set<string>()
    let succeeded = 0
    for (let round = 0; round < ROUNDS; round++) {
      try {
        await run()
        succeeded++
      } catch (error) {
        reasons.add(String(error))
      }
    }
    table[name] = { succeeded, failed: ROUNDS - succeeded, reasons: [...reasons].join(' | ') }
  }
  console.table(table)
  await clerk.close()
  if (Object.values(table).some(({ failed }) => failed > 0)) process.exitCode = 1
} finally {
  await prism.stop()
}
