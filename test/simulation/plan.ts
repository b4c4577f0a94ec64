import type { StorageReach } from '../../src/storage/token-storage.ts'
import type { Chance } from './chance.ts'
import type { ServerLives } from './model-server.ts'

export const PROTOCOLS = ['saferme', 'koms', 'zelf', 'clerk'] as const
export type ProtocolName = (typeof PROTOCOLS)[number]

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS

/** How likely each thing is to go wrong with one exchange, from 0 to 1. */
export interface Weather {
  /** It breaks before the server acts. */
  readonly lostThere: number
  /** The server acts, and its answer is lost. */
  readonly lostBack: number
  /** It takes seconds. */
  readonly slow: number
  /** It takes longer than anybody may hold a lock. */
  readonly late: number
  /** 429 or 503. */
  readonly busy: number
  /** Another 5xx, whether or not the server acted. */
  readonly broken: number
  /** Somebody's page in place of an answer. */
  readonly page: number
  /** The server acts, and its answer can't be read. */
  readonly garbled: number
}

/** What a program may do, and what may happen to it: how often each is chosen. */
export type Deed =
  | 'fetch'
  | 'token'
  | 'rush'
  | 'refresh'
  | 'restore'
  | 'sign in'
  | 'sign out'
  | 'change of mind'
  | 'restart'
  | 'pause'
  | 'kill'
  | 'strike'
  | 'jump'
  | 'outage'
  | 'clear'
  | 'doubt'
  | 'revoke'

/** What kind of world a seed makes: few things go wrong in each, so that each shows what it does by itself. */
export interface Plan {
  readonly protocol: ProtocolName
  /** Clients as a program has them, ky and all, in place of engines over a bare transport. */
  readonly wholeClients: boolean
  readonly reach: StorageReach
  /** How many processes or pages there are at first, and clients in them. */
  readonly machines: number
  readonly clients: number
  readonly lives: ServerLives
  /** Whether answers tell the time. */
  readonly dates: boolean
  /** Whether the storage tells of changes. */
  readonly notices: boolean
  /** The clients' programs hold credentials. */
  readonly reauthenticates: boolean
  /** Clocks are off by so much at the most, in milliseconds. */
  readonly clocksOffMs: number
  readonly weather: Weather
  /** How long the storage takes at the most, in milliseconds, and how likely it takes seconds. */
  readonly storageMs: number
  readonly storageSpikes: number
  readonly deeds: Readonly<Record<Deed, number>>
  readonly rounds: number
  /** Nothing goes wrong; things only happen at the same time. */
  readonly isFair: boolean
}

/** Draws a world's plan. */
export function drawPlan(chance: Chance, protocol: ProtocolName, wholeClients: boolean): Plan {
  const isFair = chance.happens(0.12)
  const some = (likely: number, strong: number): number =>
    chance.happens(likely) ? chance.between(0, strong) : 0
  const wrong = (likely: number, strong: number): number => (isFair ? 0 : some(likely, strong))
  const machines = chance.whole(1, 4)
  const clerk = protocol === 'clerk'
  const tokenMs = clerk ? MINUTE_MS : chance.pick([MINUTE_MS, 2 * MINUTE_MS, 10 * MINUTE_MS])
  const reach = chance.pick<StorageReach>(['origin', 'machine', 'fleet'])
  return {
    protocol,
    wholeClients,
    reach,
    machines,
    clients: Math.max(2, Math.min(6, machines + chance.whole(0, 2))),
    lives: {
      token: tokenMs,
      refreshToken: !isFair && chance.happens(0.15) ? tokenMs * chance.whole(2, 4) : 1000 * tokenMs,
      sliding: chance.happens(0.5),
    },
    dates: reach === 'fleet' || chance.happens(0.7),
    notices: chance.happens(0.6),
    reauthenticates: (protocol === 'saferme' || protocol === 'koms') && chance.happens(0.12),
    clocksOffMs: chance.happens(0.5) ? chance.pick([5 * SECOND_MS, 50 * MINUTE_MS, 180 * MINUTE_MS]) : 0,
    weather: {
      lostThere: wrong(0.25, 0.5),
      lostBack: wrong(0.25, 0.5),
      slow: wrong(0.5, 0.8),
      late: wrong(0.35, 0.7),
      busy: wrong(0.25, 0.5),
      broken: wrong(0.2, 0.4),
      page: wrong(0.1, 0.4),
      garbled: wrong(0.1, 0.4),
    },
    storageMs: chance.pick([1, 20, 300]),
    storageSpikes: wrong(0.25, 0.05),
    deeds: {
      fetch: 10,
      token: 6,
      rush: 6,
      refresh: some(0.3, 5),
      restore: 2,
      'sign in': some(0.4, 4),
      'sign out': some(0.4, 4),
      'change of mind': some(0.3, 4),
      restart: wrong(0.4, 4),
      pause: wrong(0.4, 6),
      kill: wrong(0.3, 3),
      strike: wrong(0.5, 8),
      jump: wrong(0.3, 3),
      outage: wrong(0.3, 5),
      clear: wrong(0.25, 3),
      doubt: wrong(0.3, 3),
      revoke: wrong(0.15, 2),
    },
    rounds: chance.whole(2, 5),
    isFair,
  }
}

/** Nothing goes wrong. */
export const CALM: Weather = {
  lostThere: 0,
  lostBack: 0,
  slow: 0,
  late: 0,
  busy: 0,
  broken: 0,
  page: 0,
  garbled: 0,
}
