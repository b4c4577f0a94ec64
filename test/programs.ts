import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ON_PATH = (process.env.PATH ?? '').split(delimiter)
const WITH_NEXT_APP = [fileURLToPath(new URL('../examples/next-app/node_modules/.bin', import.meta.url))]

/** Programs that some tests drive, with the names they go by. Those tests are skipped where the program is not to be found. */
const PROGRAMS = {
  chromium: {
    folders: ON_PATH,
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  },
  'redis-server': { folders: ON_PATH, names: ['redis-server'] },
  next: { folders: WITH_NEXT_APP, names: ['next'] },
} as const

export type Program = keyof typeof PROGRAMS

/** Where a program is on this machine; `undefined`: nowhere that it is looked for. */
export function find(program: Program): string | undefined {
  const { folders, names } = PROGRAMS[program]
  const places = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  return places.find(isExecutable)
}

/** Node has the browsers' locks from 24 on: tests of what rests on them are skipped in older ones. */
export const hasWebLocks: boolean = 'locks' in navigator

/** Says by name, once before the tests, what will be skipped. */
export default function tellOfMissing(): void {
  for (const program of Object.keys(PROGRAMS) as Program[]) {
    if (!find(program))
      process.stdout.write(`No ${program} on this machine: the tests that need it are skipped\n`)
  }
  if (!hasWebLocks) process.stdout.write('No Web Locks in this Node: the tests that need them are skipped\n')
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
