import type { EndResult, Listen, Session, TransportEvents } from 'latchkey'
import type { ApiName } from '../../control.ts'

/** One thing to sign in with. */
export interface Field {
  readonly name: string
  readonly label: string
  readonly type: 'email' | 'password' | 'text'
  readonly autoComplete: string
  /** What the fake server takes. */
  readonly value: string
}

/** An API, as its panel shows it: a client of Latchkey's, and a few words. */
export interface Api {
  readonly name: ApiName
  readonly title: string
  /** What is special about its sessions. */
  readonly note: string
  readonly fields: readonly Field[]
  readonly session: Pick<Session, 'snapshot' | 'subscribe' | 'serverSnapshot' | 'on'>
  readonly on: Listen<TransportEvents>
  readonly signIn: (fields: Readonly<Record<string, string>>) => Promise<unknown>
  /** What {@link call} asks for. */
  readonly request: string
  /** Calls the API, and says what it answered. */
  readonly call: () => Promise<string>
  readonly end: () => Promise<EndResult>
}
