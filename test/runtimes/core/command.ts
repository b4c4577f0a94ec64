import { report } from './report.ts'

interface Process {
  readonly argv: readonly string[]
  readonly stdout: { write(text: string): void }
}

/** The program for runtimes that are a command: where it may go comes as its last argument, and it prints its report. */
const { process } = globalThis as unknown as { process: Process }
process.stdout.write(JSON.stringify(await report(JSON.parse(process.argv.at(-1) ?? ''))))
