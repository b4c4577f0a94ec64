import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Programs that some tests drive, with the names they go by. Those tests are skipped where the program is not to be found. */
const NAMES = {
  chromium: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  'redis-server': ['redis-server'],
} as const

export type Program = keyof typeof NAMES

/** Where a program is on this machine; `undefined`: nowhere on the path. */
export function find(program: Program): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const places = NAMES[program].flatMap((name) => folders.map((folder) => join(folder, name)))
  return places.find(isExecutable)
}

/** Says by name, once before the tests, what will be skipped. */
export default function tellOfMissing(): void {
  for (const program of Object.keys(NAMES) as Program[]) {
    if (!find(program))
      process.stdout.write(`No ${program} on this machine: the tests that need it are skipped\n`)
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
