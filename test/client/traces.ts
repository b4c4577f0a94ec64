import { inspect } from 'node:util'
import { expect } from 'vitest'
import type { Listen, Session, TransportEvents } from '../../src/index.ts'

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

const SESSION_EVENTS = [
  ...([
    'created',
    'restored',
    'refreshed',
    'adopted',
    'refreshFailed',
    'ended',
    'storageFailed',
    'drift',
  ] as const),
]

/** Everything that a log line, a crash report or a console could show of a value. */
export function tracesOf(value: unknown): string {
  const traces: string[] = []
  const seen = new Set<unknown>()
  const walk = (part: unknown): void => {
    if (seen.has(part)) return
    seen.add(part)
    traces.push(String(part), inspect(part, { depth: 10, showHidden: true, getters: true }))
    traces.push(JSON.stringify(part) ?? '')
    if (typeof part !== 'object' || part === null) return
    for (const key of Reflect.ownKeys(part)) walk(Reflect.get(part, key))
    if (part instanceof Error) walk(part.cause)
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

  expectNone(secrets: readonly string[]): void {
    const traces = tracesOf(this.#shown) + tracesOf(this.#client)
    const written = [
      (text: string) => text,
      encodeURIComponent,
      ...WRITTEN.map((write) => (text: string) => write(text).slice(1, -1)),
    ]
    for (const secret of secrets) {
      expect(secret.length, 'a secret that is too short to be looked for').toBeGreaterThan(3)
      for (const write of written) {
        const at = traces.indexOf(write(secret))
        expect(at < 0 ? '' : traces.slice(Math.max(0, at - 200), at + 200)).toBe('')
      }
    }
  }
}
