import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { find } from '../programs.ts'

const APP = fileURLToPath(new URL('../../examples/next-app', import.meta.url))
const QUIET = { NEXT_TELEMETRY_DISABLED: '1' }

/** Builds `examples/next-app`, types checked, and serves it until it is disposed of. */
export async function serveNextApp(
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly url: string } & AsyncDisposable> {
  const next = find('next') ?? ''
  await promisify(execFile)(process.execPath, [next, 'build'], {
    cwd: APP,
    env: { ...production(), ...QUIET },
  })
  const child = spawn(process.execPath, [next, 'start', '--port', '0', '--hostname', '127.0.0.1'], {
    cwd: APP,
    env: { ...production(), ...QUIET, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  return {
    url: await urlOf(child),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** What this process was started with, but for what a test runner has put there. */
function production(): NodeJS.ProcessEnv {
  return { ...process.env, NODE_ENV: 'production' }
}

async function urlOf({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error('Nobody listens to Next')
  for await (const line of createInterface(stdout)) {
    const [url] = /http:\/\/127\S+/.exec(line) ?? []
    if (url) {
      stdout.resume()
      return url
    }
  }
  throw new Error('Next ended before it served')
}
