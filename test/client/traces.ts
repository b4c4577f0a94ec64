import { inspect } from 'node:util'
import { expect } from 'vitest'
import type { SaferMeClient } from '../../src/index.ts'

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
  readonly #client: SaferMeClient
  /** The codes of the errors that were thrown. */
  readonly codes: unknown[] = []

  constructor(client: SaferMeClient) {
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
    for (const secret of secrets) {
      expect(traces).not.toContain(secret)
      expect(traces).not.toContain(JSON.stringify(secret).slice(1, -1))
    }
  }
}
