import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'

const START_MS = 120_000

/** A mock server that runs. */
export interface Prism {
  readonly url: string
  stop(): Promise<void>
}

/** Starts Prism on a free port, and waits until it answers. */
export async function startPrism(specification: string): Promise<Prism> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const options = ['--errors', '-d', '--json-schema-faker-fillProperties=false', '-h', '127.0.0.1']
  const child = spawn(
    'npx',
    ['--yes', '@stoplight/prism-cli@5.14', 'mock', specification, ...options, '-p', String(port)],
    // A group of its own: npx is only the parent of what is to be stopped.
    { detached: true, stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const exited = once(child, 'exit')
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
    await exited
  }
  const end = Date.now() + START_MS
  while (!(await answers(url))) {
    if (child.exitCode !== null) throw new Error(`Prism ended with ${child.exitCode}`)
    if (Date.now() > end) {
      await stop()
      throw new Error('Prism did not start')
    }
    await setTimeout(200)
  }
  return { url, stop }
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  )
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
