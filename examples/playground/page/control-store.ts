import { CONTROL_PATH, type Order, type PlaygroundState } from '../control.ts'

/** What is known of the servers, and the way to give orders. A store for `useSyncExternalStore`. */
export class ControlStore {
  readonly #subscribers = new Set<() => void>()
  #state: PlaygroundState

  constructor(state: PlaygroundState) {
    this.#state = state
  }

  static async open(): Promise<ControlStore> {
    return new ControlStore(await ask())
  }

  readonly snapshot = (): PlaygroundState => this.#state

  readonly subscribe = (subscriber: () => void): (() => void) => {
    this.#subscribers.add(subscriber)
    return () => this.#subscribers.delete(subscriber)
  }

  /** Asks how the servers are. */
  readonly look = async (): Promise<void> => this.#set(await ask())

  readonly order = async (order: Order): Promise<void> => {
    const headers = { 'content-type': 'application/json' }
    this.#set(await ask({ method: 'POST', headers, body: JSON.stringify(order) }))
  }

  #set(state: PlaygroundState): void {
    this.#state = state
    for (const subscriber of this.#subscribers) subscriber()
  }
}

async function ask(init?: RequestInit): Promise<PlaygroundState> {
  return (await fetch(CONTROL_PATH, init)).json()
}
