import { join } from 'node:path'
import { type Bundle, bundle, DEPENDENCIES, RIVALS_FOLDER, ROOT } from './bundle.ts'
import {
  APIS,
  type Api,
  DEPENDENCIES_ALONE,
  ownProgram,
  RIVAL_PROGRAMS,
  WITH_COMPONENTS,
} from './programs.ts'
import { RIVALS } from './rival.ts'
import type { Group, Row } from './row.ts'

/** What a client with `indexedDbStorage` should not be over, its dependencies and all, in bytes. */
const LIMITS: Readonly<Record<Api, number>> = { SaferMe: 22_500, Koms: 22_500, Zelf: 22_500, Clerk: 26_000 }
/** The same for all four together. */
const LIMIT_ALL = 29_000
/** What people use today, and a client of ours should be below. */
const BELOW = [RIVALS['supabase.ts'], RIVALS['axios.ts']]

export const group: Group = {
  title: 'Bytes, minified and compressed with gzip',
  chart: 'Minified and gzip, bytes',
  about:
    'What an application in a browser gets, by esbuild: of each program the smallest that makes a client. `own code` is without the four dependencies. `npm run bench -- bytes --map` says which file weighs what.',
  measure: async (options): Promise<Row[]> => {
    const rows: Row[] = []
    const row = (name: string, { gzip }: Bundle, more: Partial<Row> = {}): void => {
      rows.push({ name, unit: 'B', samples: [gzip], ...more })
    }
    for (const api of APIS) {
      const inBrowsers = ownProgram([api], 'indexedDbStorage')
      const whole = await bundle(inBrowsers)
      if (options.includes('--map'))
        process.stdout.write(mapOf(api, await bundle(inBrowsers, ROOT, [], SOURCES)))
      row(`${api}, memoryStorage`, await bundle(ownProgram([api], 'memoryStorage')))
      const bar = api === 'SaferMe' || api === 'Clerk' ? { bar: `Latchkey: ${api}` } : {}
      row(`${api}, indexedDbStorage`, whole, {
        limit: LIMITS[api],
        ...(api !== 'Clerk' && { below: BELOW }),
        ...bar,
      })
      row(`${api}, indexedDbStorage, own code`, await bundle(inBrowsers, undefined, DEPENDENCIES))
    }
    const all = ownProgram(APIS, 'indexedDbStorage')
    row('all four, indexedDbStorage', await bundle(all), { limit: LIMIT_ALL, bar: 'Latchkey: all four' })
    row('all four, indexedDbStorage, own code', await bundle(all, undefined, DEPENDENCIES))
    row('the four dependencies', await bundle(DEPENDENCIES_ALONE))
    for (const [name, program] of Object.entries(RIVAL_PROGRAMS)) {
      row(name, await bundle(program, RIVALS_FOLDER), name === WITH_COMPONENTS ? {} : { bar: name })
    }
    return rows
  },
}

/** The map is one of the sources: what is published has them in one file. */
const SOURCES = { latchkey: join(ROOT, 'src/index.ts') }

/** Minified bytes by folder and file. */
function mapOf(api: Api, { minified, gzip, modules }: Bundle): string {
  const folders = new Map<string, number>()
  for (const [path, bytes] of modules) {
    const [, folder = path] = /((?:node_modules|src)\/[^/]+)/.exec(path) ?? []
    folders.set(folder, (folders.get(folder) ?? 0) + bytes)
  }
  const lines = [...[...folders].sort(([, a], [, b]) => b - a), ['', 0] as const, ...modules]
  const text = lines.map(([path, bytes]) => (path ? `${String(bytes).padStart(8)}  ${path}\n` : '\n'))
  return `\n  ${api}, indexedDbStorage: ${minified} B minified, ${gzip} B gzip\n${text.join('')}\n`
}
