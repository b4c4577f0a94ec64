import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { find } from './programs.ts'

const START_BOUND_MS = 10_000
const LOOK_EVERY_MS = 10

/** A Redis server of a test's own. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number
  /** What a client connects to, such as `redis://127.0.0.1:49152`. */
  readonly url: string
  /** Freezes it: connections stay open, and nothing is answered. */
  freeze(): void
  /** Lets it go on. */
  thaw(): void
  /** Ends it as a crash does, without a last word. What it has written to its append-only file is kept. */
  kill(): Promise<void>
  /** Starts it again after `kill`, on the same port and with what it has kept. */
  start(): Promise<void>
  /** Ends it, and removes what it has kept. */
  stop(): Promise<void>
}

/**
 * Starts a Redis server on a free port of 127.0.0.1, in a temporary folder, with an append-only file. It ends with
 * the process that has started it.
 *
 * @param settings further arguments of `redis-server`, such as `--cluster-enabled yes`
 */
export async function startRedis(...settings: readonly string[]): Promise<RedisServer> {
  const program = find('redis-server')
  if (!program) throw new Error('There is no redis-server on this machine')
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-redis-'))
  const port = await freePort()
  let child: ChildProcess | undefined

  const kill = async (): Promise<void> => {
    const ending = child
    child = undefined
    process.off('exit', killAtExit)
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return
    const ended = once(ending, 'exit')
    ending.kill('SIGKILL')
    await ended
  }
  const killAtExit = (): void => void child?.kill('SIGKILL')
  const start = async (): Promise<void> => {
    const given = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes']
    const started = spawn(program, [...given, '--save', '', ...settings], { stdio: 'ignore' })
    child = started
    process.once('exit', killAtExit)
    const end = Date.now() + START_BOUND_MS
    while (!(await answers(port))) {
      if (started.exitCode !== null) throw new Error(`redis-server ended with ${started.exitCode}`)
      if (Date.now() > end) throw new Error(`redis-server does not answer within ${START_BOUND_MS} ms`)
      await pause(LOOK_EVERY_MS)
    }
  }
  const stop = async (): Promise<void> => {
    await kill()
    await rm(folder, { recursive: true, force: true })
  }

  try {
    await start()
  } catch (error) {
    await stop()
    throw error
  }
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    kill,
    start,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Whether it says that it is there, and has read what it had kept. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.setTimeout(1000, () => socket.destroy())
    socket.once('data', (data) => {
      resolve(data.toString().startsWith('+PONG'))
      socket.destroy()
    })
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
  })
}
