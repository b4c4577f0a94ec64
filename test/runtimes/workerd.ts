import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { run } from '../package/packed.ts'
import { bundleWhole } from './bundle.ts'
import { programOf } from './programs.ts'
import type { Runtime } from './runtime.ts'

/** A worker that reaches this machine, which a worker does not by default. */
const CONFIGURATION = `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "core", worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js")],
      compatibilityDate = "2026-01-01",
      globalOutbound = "machine",
    )),
    (name = "machine", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "core")],
);
`

/** What Cloudflare's workers run in. There are no files. */
export const workerd: Runtime = {
  name: 'workerd',
  program: programOf('workerd'),
  pinned: true,
  run: async (program, { folder, url }, installed) => {
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'worker.js'), await bundleWhole('worker.ts', installed))
    await writeFile(join(folder, 'config.capnp'), CONFIGURATION)
    const version = await run(program, ['--version'])
    const child = spawn(program, ['serve', 'config.capnp', '--control-fd=1'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(child, 'exit')
    try {
      const port = await Promise.race([portOf(child.stdout), ended.then(failed)])
      const response = await fetch(`http://127.0.0.1:${port}`, {
        method: 'POST',
        body: JSON.stringify({ url }),
      })
      return { version: version.stdout.trim().replace('workerd ', ''), ...JSON.parse(await response.text()) }
    } finally {
      child.kill('SIGKILL')
      await ended
    }
  },
}

/** The port that it says it listens on. */
async function portOf(output: NodeJS.ReadableStream): Promise<number> {
  for await (const line of createInterface(output)) {
    const { event, port } = JSON.parse(line) as { event: string; port: number }
    if (event === 'listen') return port
  }
  return failed()
}

function failed(): never {
  throw new Error('workerd did not start')
}
