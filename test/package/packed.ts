import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The tarball that would be published. */
    readonly tarball: string
    /** A folder that was empty, into which the tarball, its dependencies and `sign-in.js` of {@link USER} were put. */
    readonly installed: string
  }
}

/** The repository's own folder. */
export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url))

/** Programs that use the package. */
export const USER: string = join(ROOT, 'test/package/user')

/** Runs a program to its end. Rejects if it fails. */
export const run = promisify(execFile)

/** Packs the package as it is published, and installs it as a user does, once for all gates. */
export default async function pack(project: TestProject): Promise<() => Promise<void>> {
  const place = await mkdtemp(join(tmpdir(), 'latchkey-'))
  await run('npm', ['pack', '--pack-destination', place], { cwd: ROOT })
  const [name = ''] = await readdir(place)
  const tarball = join(place, name)
  const installed = join(place, 'installed')
  await mkdir(installed)
  await install(tarball, installed)
  await copyFile(join(USER, 'sign-in.js'), join(installed, 'sign-in.js'))
  project.provide('tarball', tarball)
  project.provide('installed', installed)
  return () => rm(place, { recursive: true })
}

/** Needs no network: the dependencies are packed from where the repository has them. */
async function install(tarball: string, folder: string): Promise<void> {
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const { dependencies } = await manifest(ROOT)
  const sources = [...(await closure(Object.keys(dependencies)))].map(source)
  const options = ['--offline', '--install-links', '--ignore-scripts', '--no-audit', '--no-fund']
  await run('npm', ['install', '--prefix', folder, ...options, tarball, ...sources], { cwd: folder })
}

/** These packages, and all that they depend on. */
async function closure(names: readonly string[], found = new Set<string>()): Promise<ReadonlySet<string>> {
  for (const name of names) {
    if (found.has(name)) continue
    found.add(name)
    const { dependencies = {} } = await manifest(source(name))
    await closure(Object.keys(dependencies), found)
  }
  return found
}

function source(name: string): string {
  return join(ROOT, 'node_modules', name)
}

async function manifest(
  folder: string,
): Promise<{ readonly dependencies: Readonly<Record<string, string>> }> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
}
