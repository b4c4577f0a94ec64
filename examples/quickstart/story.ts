import type { ClientOptions, Clock } from 'latchkey'
import type { FakeServer } from 'latchkey/testing'

/** Where a server is to be found, as a client's options. */
export type Whereabouts = Pick<ClientOptions, 'fetch'> & { readonly baseUrl: string }

/** Opens a server, and answers where it is and how to close it. */
export type Open = (server: FakeServer) => Promise<{ where: Whereabouts; close: () => Promise<void> }>

/** What a story is told with. */
export interface Story {
  /** Begins a chapter. */
  readonly title: (text: string) => void
  /** Says what happens. */
  readonly tell: (text: string) => void
  /** Says what must be so; throws if it isn't. */
  readonly expect: (condition: boolean, text: string) => void
  readonly open: Open
  /** The time that the story's servers and clients live by. */
  readonly clock: Clock
  /** Lets time pass, in milliseconds. */
  readonly wait: (milliseconds: number) => Promise<void>
}

/** On a real port of this machine. */
export const onPort: Open = async (server) => {
  const { url, close } = await server.listen()
  return { where: { baseUrl: url }, close }
}

/** In this process, without a network. */
export const inProcess: Open = async ({ fetch }) => ({
  where: { baseUrl: 'http://localhost', fetch },
  close: async () => {},
})

/** Tells a story line by line. */
export function storyteller(print: (line: string) => void, open: Open, clock: Clock): Story {
  return {
    open,
    title: (text) => print(`\n${text}`),
    tell: (text) => print(`  ${text}`),
    expect: (condition, text) => {
      print(`  ${condition ? '✓' : '✗'} ${text}`)
      if (!condition) throw new Error(`Expected: ${text}`)
    },
    clock,
    wait: (milliseconds) =>
      new Promise((resolve) => {
        clock.setTimeout(resolve, milliseconds)
      }),
  }
}
