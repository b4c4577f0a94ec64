import type { ListeningServer } from 'latchkey/testing'
import { API_NAMES, type ApiName, FAULTS, type Order, type PlaygroundState } from '../control.ts'
import { type Fakes, makeFakes } from './fakes.ts'
import { FaultSwitches } from './fault-switches.ts'

type EachApi<T> = Readonly<Record<ApiName, T>>

/** The four servers on their ports, and the switches that go with them. */
export class ControlDesk {
  readonly fakes: Fakes
  readonly #tokenLifeMs: number
  readonly #listening: EachApi<ListeningServer>
  readonly #switches: EachApi<FaultSwitches>

  private constructor(fakes: Fakes, tokenLifeMs: number, listening: EachApi<ListeningServer>) {
    this.fakes = fakes
    this.#tokenLifeMs = tokenLifeMs
    this.#listening = listening
    this.#switches = eachApi((api) => new FaultSwitches(fakes[api]))
  }

  /** @param allowOrigin the origin of the page */
  static async open(tokenLifeMs: number, allowOrigin: string): Promise<ControlDesk> {
    const fakes = makeFakes(tokenLifeMs)
    const ports = await Promise.all(API_NAMES.map((api) => fakes[api].listen(0, { allowOrigin })))
    const listening = Object.fromEntries(API_NAMES.map((api, place) => [api, ports[place]]))
    return new ControlDesk(fakes, tokenLifeMs, listening as EachApi<ListeningServer>)
  }

  get origins(): readonly string[] {
    return API_NAMES.map((api) => this.#listening[api].url)
  }

  get state(): PlaygroundState {
    const servers = eachApi((api) => ({ url: this.#listening[api].url, ...this.#switches[api].state }))
    return { tokenLifeMs: this.#tokenLifeMs, servers }
  }

  /** Does as it is told; `false`: it makes no sense of it. */
  follow({ api, order }: Partial<Order>): boolean {
    if (api === undefined || !API_NAMES.includes(api)) return false
    const fault = FAULTS.find((one) => one === order)
    if (fault) this.#switches[api].flip(fault)
    else if (order === 'sign-in' && api === 'clerk') this.fakes.clerk.addSession()
    else return false
    return true
  }

  async close(): Promise<void> {
    await Promise.all(
      API_NAMES.map((api) => {
        this.#switches[api].close()
        return this.#listening[api].close()
      }),
    )
  }
}

function eachApi<T>(make: (api: ApiName) => T): EachApi<T> {
  return Object.fromEntries(API_NAMES.map((api) => [api, make(api)])) as EachApi<T>
}
