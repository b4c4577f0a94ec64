import { mkdtemp, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { type RollupLog, rollup } from 'rollup'
import webpack from 'webpack'

/** What became of a program. */
export interface Bundle {
  /** A script for browsers, that leaves what the program exports as `app`. */
  readonly code: string
  /** What the bundler had to say. */
  readonly warnings: readonly string[]
}

/** Bundles a program for browsers, with the bundler's own defaults. */
export const bundlers: Readonly<Record<string, (entry: string) => Promise<Bundle>>> = {
  async esbuild(entry) {
    const { outputFiles, warnings } = await build({
      entryPoints: [entry],
      bundle: true,
      format: 'iife',
      globalName: 'app',
      platform: 'browser',
      logLevel: 'silent',
      write: false,
    })
    return { code: outputFiles[0]?.text ?? '', warnings: warnings.map(({ text }) => text) }
  },

  async rollup(entry) {
    const warnings: string[] = []
    const bundle = await rollup({
      input: entry,
      onLog: (_, log) => {
        if (!isOfZodAlone(log)) warnings.push(log.message)
      },
      plugins: [{ name: 'packages', resolveId: findInPackages }],
    })
    const { output } = await bundle.generate({ format: 'iife', name: 'app', inlineDynamicImports: true })
    return { code: output[0].code, warnings }
  },

  async webpack(entry) {
    const path = await mkdtemp(join(dirname(entry), 'webpack-'))
    const compiler = webpack({
      mode: 'production',
      context: dirname(entry),
      entry,
      output: { path, filename: 'app.js', library: { name: 'app', type: 'var' } },
    })
    const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
      compiler.run((error, done) => compiler.close(() => (error ? reject(error) : resolve(done))))
    })
    const { errors = [], warnings = [] } = stats?.toJson({ errors: true, warnings: true }) ?? {}
    return {
      code: errors.length > 0 ? '' : await readFile(join(path, 'app.js'), 'utf8'),
      warnings: [...errors, ...warnings].map(({ message }) => message),
    }
  },
}

/** Rollup tells every program that has zod of a circle in zod, and of comments that it can't make use of. */
function isOfZodAlone({ id, ids = id === undefined ? [] : [id] }: RollupLog): boolean {
  return ids.length > 0 && ids.every((module) => module.includes('/node_modules/zod/'))
}

type Target = string | { readonly [condition: string]: Target }

/** Finds a module of a package as its `exports` say, in the `node_modules` beside the program. */
async function findInPackages(id: string, importer: string | undefined): Promise<string | null> {
  const [, name, path = ''] = /^([a-z][\w-]*)(\/.*)?$/.exec(id) ?? []
  const [root] = importer?.split('/node_modules/') ?? []
  if (!name || !root) return null
  const home = join(root.endsWith('.js') ? dirname(root) : root, 'node_modules', name)
  const { exports } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'))
  const found = choose(exports[`.${path}`] ?? exports)
  return found === undefined ? null : join(home, found)
}

/** Follows the conditions that hold in a browser, in the package's order. */
function choose(target: Target): string | undefined {
  if (typeof target === 'string') return target
  const holds = ['browser', 'import', 'default']
  const [condition] = Object.keys(target).filter((name) => holds.includes(name))
  return condition === undefined ? undefined : choose(target[condition] ?? '')
}
