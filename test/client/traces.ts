import type { Listen, Session, TransportEvents } from '../../src/index.ts'
import { SESSION_EVENTS } from '../session-events.ts'

/** What any of the clients is. */
export interface AnyClient {
  readonly on: Listen<TransportEvents>
  readonly session: Pick<Session, 'on' | 'snapshot'>
}

/** The ways to write a text in JSON that servers have: as it is, with its slashes or all but ASCII escaped. */
export const WRITTEN: readonly ((text: string) => string)[] = [
  (text) => JSON.stringify(text),
  (text) => JSON.stringify(text).replaceAll('/', '\\/'),
  (text) =>
    `"${Array.from(text, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`,
]

/** What stands on either side of a secret that shows, in characters. */
const CONTEXT = 200

/** What Node's console writes; browsers have nothing that a program could ask. */
const inspect = globalThis.process?.getBuiltinModule?.('node:util').inspect

/** Everything that a log line, a crash report or a console could show of a value. */
export function tracesOf(value: unknown): string {
  const traces: string[] = []
  const seen = new Set<unknown>()
  const walk = (part: unknown): void => {
    if (seen.has(part)) return
    seen.add(part)
    traces.push(String(part), JSON.stringify(part) ?? '')
    if (inspect) traces.push(inspect(part, { depth: 10, showHidden: true, getters: true }))
    if (typeof part !== 'object' || part === null) return
    for (const key of Reflect.ownKeys(part)) walk(Reflect.get(part, key))
    if (part instanceof Map || part instanceof Set || part instanceof Headers) walk([...part])
    if (part instanceof Error) for (const key of ['message', 'stack', 'cause']) walk(Reflect.get(part, key))
  }
  walk(value)
  return traces.join('\n')
}

/** Collects what a client shows of itself: its events, its snapshots, and what its calls throw. */
export class Showing {
  readonly #shown: unknown[] = []
  readonly #client: AnyClient
  /** The codes of the errors that were thrown. */
  readonly codes: unknown[] = []

  constructor(client: AnyClient) {
    this.#client = client
    for (const type of ['request', 'response', 'retry'] as const)
      client.on(type, (event) => this.#shown.push(event))
    for (const type of SESSION_EVENTS)
      client.session.on(type, (event: unknown) => this.#shown.push({ type, event }))
  }

  /** Makes a call and keeps what it throws. */
  async of(call: () => Promise<unknown>): Promise<unknown> {
    const error = await call().then(
      (value) => ((value as { error?: unknown } | undefined)?.error ?? null) as unknown,
      (thrown: unknown) => thrown,
    )
    if (error) this.codes.push((error as { code?: unknown }).code)
    this.#shown.push(error, this.#client.session.snapshot())
    return error
  }

  /** Whether an event of this type was told. */
  told(type: string): boolean {
    return this.#shown.some((shown) => (shown as { type?: unknown } | null)?.type === type)
  }

  /** @throws {Error} One of the secrets shows. */
  expectNone(secrets: readonly string[]): void {
    const traces = tracesOf(this.#shown) + tracesOf(this.#client)
    const written = [
      (text: string) => text,
      encodeURIComponent,
      ...WRITTEN.map((write) => (text: string) => write(text).slice(1, -1)),
    ]
    for (const secret of secrets) {
      if (secret.length < 4) throw new Error(`A secret that is too short to be looked for: ${secret}`)
      for (const write of written) {
        const at = traces.indexOf(write(secret))
        if (at >= 0)
          throw new Error(`A secret shows: ${traces.slice(Math.max(0, at - CONTEXT), at + CONTEXT)}`)
      }
    }
  }
}
