import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const place = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** A process of `examples/node-service`, on a port of its own. */
export interface ServiceProcess extends AsyncDisposable {
  /** Answers the status of a request, what its body says, and the cookie that it sets. */
  send(method: 'GET' | 'POST', path: string, cookie?: string, options?: SendOptions): Promise<Answer>
  /** Asks it to end, as an orchestrator does. */
  terminate(): void
  /** What it ended with: 0, if it closed all that it had open. */
  readonly ended: Promise<number | null>
}

export interface SendOptions {
  readonly body?: object
  /** Aborted when the browser is closed. */
  readonly signal?: AbortSignal
}

export interface Answer {
  readonly status: number
  readonly text: string
  readonly cookie: string
}

/** Starts the service as its users do, but against the sources. */
export async function startService(environment: Readonly<Record<string, string>>): Promise<ServiceProcess> {
  const child = spawn(
    process.execPath,
    ['--import', place('resolve-source.mjs'), place('../../examples/node-service/main.ts')],
    { env: { ...process.env, ...environment, PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  const url = await urlOf(child)
  return {
    send: async (method, path, cookie = '', { body, signal } = {}) => {
      const json = body && { 'content-type': 'application/json' }
      const response = await fetch(url + path, {
        method,
        headers: { cookie, ...json },
        ...(body && { body: JSON.stringify(body) }),
        ...(signal && { signal }),
      })
      const [set = ''] = response.headers.getSetCookie()
      return { status: response.status, text: await response.text(), cookie: set.split(';')[0] ?? '' }
    },
    terminate: () => void child.kill('SIGTERM'),
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function urlOf({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error('Nobody listens to the service')
  for await (const line of createInterface(stdout)) {
    const [url] = /http:\S+/.exec(line) ?? []
    if (url) {
      stdout.resume()
      return url
    }
  }
  throw new Error('The service ended before it served')
}
