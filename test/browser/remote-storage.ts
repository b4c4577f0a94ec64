import type { TokenStorage } from 'latchkey'

/** What goes back and forth, on a channel that all realms of an origin hear. */
interface Message {
  readonly from: 'client' | 'host'
  readonly call: string
  readonly say: string
  readonly with?: unknown
}

interface Call {
  readonly method: keyof TokenStorage | 'hello'
  readonly args: readonly unknown[]
}

interface Failure {
  readonly message: string
  readonly code?: unknown
  readonly failure?: unknown
}

/** Lets other pages and workers use `storage` as it is here. */
export function hostStorage(name: string, storage: TokenStorage): void {
  const channel = new BroadcastChannel(name)
  const hearing = new Map<string, (say: string) => void>()
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.from === 'host') return
    const reply = (say: string, content?: unknown): void =>
      channel.postMessage({ from: 'host', call: data.call, say, with: content })
    if (data.say !== 'call') return hearing.get(data.call)?.(data.say)
    const { method, args } = data.with as Call
    const failed = ({ message, code, failure }: Failure): void => reply('failed', { message, code, failure })
    const answered = (value: unknown): void => reply('answer', value)
    const act = async (): Promise<unknown> => {
      const [key, second, third] = args as [string, string, string]
      switch (method) {
        case 'hello':
          return storage.reach
        case 'read':
          return storage.read(key)
        case 'replace':
          return storage.replace(key, second, third)
        case 'watch': {
          const stop = storage.watch?.(key, () => reply('changed'))
          hearing.set(data.call, () => stop?.())
          return undefined
        }
        default: {
          const leaving = new AbortController()
          const task = (lock: AbortSignal): Promise<void> =>
            new Promise((done) => {
              hearing.set(data.call, () => done())
              lock.addEventListener('abort', () => reply('lost'))
              reply('entered')
            })
          hearing.set(data.call, () => leaving.abort())
          return storage.exclusive(key, task, { waitMs: Number(second), signal: leaving.signal })
        }
      }
    }
    act().then(answered, failed)
  }
}

/** The storage that another page or worker hosts. Resolves when it answers. */
export async function remoteStorage(name: string): Promise<TokenStorage> {
  const channel = new BroadcastChannel(name)
  const calls = new Map<string, (message: Message) => void>()
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.from === 'host') calls.get(data.call)?.(data)
  }
  const begin = (method: Call['method'], args: readonly unknown[], heard: (message: Message) => void) => {
    const call = crypto.randomUUID()
    const tell = (say: string, content?: unknown): void =>
      channel.postMessage({ from: 'client', call, say, with: content })
    calls.set(call, heard)
    tell('call', { method, args } satisfies Call)
    return tell
  }
  const ask = <T>(method: Call['method'], ...args: readonly unknown[]): Promise<T> =>
    new Promise((resolve, reject) => {
      begin(method, args, (message) =>
        message.say === 'answer' ? resolve(message.with as T) : reject(thrown(message)),
      )
    })
  const reach = await new Promise<TokenStorage['reach']>((resolve) => {
    // Nobody hears what is said before the other realm has started.
    const again = setInterval(() => void ask<TokenStorage['reach']>('hello').then(heard), 20)
    const heard = (answer: TokenStorage['reach']): void => {
      clearInterval(again)
      resolve(answer)
    }
  })
  return {
    reach,
    read: (key) => ask('read', key),
    replace: (key, expected, next) => ask('replace', key, expected, next),
    exclusive: (key, task, { waitMs, signal }) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted()
        const holding = new AbortController()
        let waits = true
        const enter = (): void => {
          // Given up meanwhile: the host is told, and lets go.
          if (!waits) return
          waits = false
          const run = async (): ReturnType<typeof task> => task(holding.signal)
          run()
            .then(resolve, reject)
            .finally(() => tell('done'))
        }
        const tell = begin('exclusive', [key, waitMs], (message) => {
          if (message.say === 'entered') enter()
          else if (message.say === 'lost') holding.abort()
          else if (message.say === 'failed') reject(thrown(message))
        })
        signal?.addEventListener('abort', () => {
          if (!waits) return
          waits = false
          tell('abort')
          reject(signal.reason)
        })
      }),
    watch: (key, changed) => {
      let stopped = false
      const tell = begin('watch', [key], ({ say }) => {
        if (say === 'changed' && !stopped) changed()
      })
      return () => {
        stopped = true
        tell('stop')
      }
    },
  }
}

function thrown({ with: failure }: Message): Error {
  return Object.assign(new Error((failure as Failure).message), failure)
}
