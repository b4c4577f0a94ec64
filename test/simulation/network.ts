import type { Chance } from './chance.ts'
import { EPOCH } from './machine.ts'
import type { Reply, Request } from './model-server.ts'
import { CALM, type Weather } from './plan.ts'
import type { SimClient } from './sim-client.ts'
import type { World } from './world.ts'

/** What is asked of the server. */
export type Kind = 'create' | 'refresh' | 'revoke' | 'api'

/** What gets back to the machine. */
export interface Arrival {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
  /** The body is text that isn't the API's. */
  readonly foreign: boolean
  readonly reply?: Reply
}

/** What becomes of one exchange. */
interface Fate {
  readonly thereMs: number
  readonly backMs: number
  readonly trouble: keyof Weather | undefined
  /** Under `broken`: the server acted all the same. */
  readonly acts: boolean
}

const PAGE = '<!doctype html><title>Sign in to the hotel network</title>'

/** The way to the server and back. */
export class Network {
  weather: Weather
  /** How many API calls are still to be refused though their token is good. */
  doubts = 0
  readonly #world: World

  constructor(world: World, weather: Weather) {
    this.#world = world
    this.weather = weather
  }

  /** Carries a request to the server, and its answer back: once, however long it takes. Rejects if none comes. */
  exchange(client: SimClient, kind: Kind, request: Request, signal?: AbortSignal): Promise<Arrival> {
    const { timeline, chance, trace } = this.#world
    const { machine } = client
    const fate = this.#fate(chance, kind)
    const refresh = kind === 'refresh' ? client.sends(request) : undefined
    if (kind === 'api') this.#world.sent(client, request.path, this.#world.server.rules.carried(request))
    trace?.(client.name, `sends ${kind} ${client.api.describe(request)}`)
    machine.boundary()
    const neverLeft = machine.isDead && chance.happens(0.5)
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        trace?.(client.name, `gives up on ${kind}`)
        client.hears(kind, request, refresh, undefined)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', giveUp, { once: true })
      let arrival: Arrival | undefined
      timeline.after(fate.thereMs, () => {
        if (!neverLeft) arrival = this.#act(request, kind, fate)
        if (refresh && arrival?.reply?.tokens && arrival.reply.isNew) refresh.won = arrival.reply.tokens
        timeline.after(fate.backMs, () => {
          if (neverLeft) return
          machine.deliver(() => {
            if (signal?.aborted) return
            signal?.removeEventListener('abort', giveUp)
            const arrived = fate.trouble === 'lostBack' || fate.trouble === 'lostThere' ? undefined : arrival
            trace?.(client.name, `gets ${arrived ? describe(arrived) : 'no answer'} to ${kind}`)
            client.hears(kind, request, refresh, arrived)
            if (arrived) resolve(arrived)
            else reject(new TypeError('fetch failed'))
          })
        })
      })
    })
  }

  #act(request: Request, kind: Kind, fate: Fate): Arrival | undefined {
    const { server, trace, plan } = this.#world
    const headers = new Headers()
    if (plan.dates) headers.set('date', new Date(EPOCH + server.now).toUTCString())
    const own = (reply: Reply): Arrival => {
      if (reply.isNew)
        trace?.('server', `issues ${reply.tokens?.family.id} generation ${reply.tokens?.generation}`)
      return { status: reply.status, headers, body: reply.body, foreign: false, reply }
    }
    switch (fate.trouble) {
      case 'lostThere':
        return undefined
      case 'busy': {
        const asked = this.#world.chance.pick(['', '1', '20'])
        if (asked) headers.set('retry-after', asked)
        return { status: asked ? 503 : 429, headers, body: {}, foreign: false }
      }
      case 'broken': {
        const reply = fate.acts ? server.handle(request) : undefined
        const arrival = { status: 502, headers, body: PAGE, foreign: true }
        return reply ? { ...arrival, reply } : arrival
      }
      case 'page':
        return { status: 401, headers: new Headers(), body: PAGE, foreign: true }
      case 'garbled': {
        const reply = server.handle(request)
        return { status: reply.status, headers, body: '{"session":{"acc', foreign: true, reply }
      }
    }
    if (kind === 'api' && this.doubts > 0) {
      this.doubts--
      return own(server.rules.unauthorized)
    }
    return own(server.handle(request))
  }

  #fate(chance: Chance, kind: Kind): Fate {
    const { weather } = this
    const quick = (): number => chance.between(1, 60)
    const odds = kind === 'api' ? 0.25 : 1
    const trouble = (Object.keys(CALM) as (keyof Weather)[]).find((what) =>
      chance.happens(weather[what] * odds),
    )
    const longMs =
      trouble === 'slow'
        ? chance.between(200, 9000)
        : trouble === 'late'
          ? chance.between(25_000, 150_000)
          : 0
    const isLongThere = longMs > 0 && chance.happens(0.5)
    return {
      thereMs: quick() + (isLongThere ? longMs : 0),
      backMs: quick() + (isLongThere ? 0 : longMs),
      trouble,
      acts: chance.happens(0.5),
    }
  }
}

function describe({ status, foreign }: Arrival): string {
  return `${status}${foreign ? ' (not the API)' : ''}`
}
