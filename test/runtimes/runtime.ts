import type { Place, Report } from './core/report.ts'

/** What a run of the core gave. */
export interface Outcome extends Report {
  readonly version: string
}

/** A runtime that the core can be run in. */
export interface Runtime {
  readonly name: string
  /** Where its program is; `undefined`: nowhere on this machine. */
  readonly program: string | undefined
  /** Whether its version is the one that is installed here. Else it is the machine's own. */
  readonly pinned: boolean
  /** @param installed the folder that the package was installed into */
  run(program: string, place: Required<Place>, installed: string): Promise<Outcome>
}
