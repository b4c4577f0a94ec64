import { EPOCH } from './machine.ts'
import type { Timeline } from './timeline.ts'

/** A sign-in on the server, with all that was ever issued for it. */
export interface Family {
  readonly id: string
  readonly user: string
  /** When it began, in milliseconds since the world did. */
  readonly begunAt: number
  readonly issued: Tokens[]
  /** When its refresh token runs out, in milliseconds since the world began. */
  refreshableUntil: number
  /** Who ended it. */
  over: 'user' | 'server' | undefined
}

/** Tokens as the server issued them. */
export interface Tokens {
  readonly family: Family
  /** Counts the token sets of the family, from 1. */
  readonly generation: number
  readonly accessToken: string
  readonly refreshToken: string
  /** Both in milliseconds since the world began. */
  readonly issuedAt: number
  readonly expiresAt: number
}

/** A request as it reaches the server. */
export interface Request {
  readonly method: string
  readonly path: string
  readonly headers: Headers
  readonly body: unknown
}

/** What the server answers, and what it did. */
export interface Reply {
  readonly status: number
  readonly body: unknown
  /** The tokens that it issued, or gave once more. */
  readonly tokens?: Tokens
  /** They had not been there before. */
  readonly isNew?: boolean
}

export interface ServerLives {
  /** How long an access token lives, in milliseconds. */
  readonly token: number
  /** How long a refresh token lives, in milliseconds. */
  readonly refreshToken: number
  /** An answered refresh gives the refresh token more life. */
  readonly sliding: boolean
}

/** The rules of one API, as they are documented. */
export interface ServerRules {
  readonly lives: ServerLives
  /** A superseded access token is worthless at once. */
  readonly newestOnly: boolean
  /** Times are told in whole seconds. */
  readonly wholeSeconds: boolean
  /** Makes the text of an access token. */
  accessToken(family: Family, mark: string, issuedAt: number, expiresAt: number): string
  /** Answers whatever isn't an API call. */
  answer(request: Request, server: ModelServer): Reply | undefined
  /** The access token that a request carries. */
  carried(request: Request): string | undefined
  readonly unauthorized: Reply
}

/** What a server of any of the four APIs knows and does. */
export class ModelServer {
  readonly families: Family[] = []
  readonly rules: ServerRules
  readonly #tokens = new Map<string, Tokens>()
  readonly #timeline: Timeline

  constructor(rules: ServerRules, timeline: Timeline) {
    this.rules = rules
    this.#timeline = timeline
  }

  get now(): number {
    return this.#timeline.now
  }

  handle(request: Request): Reply {
    const reply = this.rules.answer(request, this)
    if (reply) return reply
    const tokens = this.find(this.rules.carried(request))
    return tokens && this.accepts(tokens) ? { status: 200, body: { ok: true } } : this.rules.unauthorized
  }

  find(accessToken: string | undefined): Tokens | undefined {
    return this.#tokens.get(accessToken ?? '')
  }

  /** Requests that carry them are let in. */
  accepts(tokens: Tokens, at: number = this.now): boolean {
    const { family, expiresAt } = tokens
    return !family.over && at < expiresAt && (!this.rules.newestOnly || tokens === newestOf(family, at))
  }

  begin(user: string, id: string = `family-${this.families.length + 1}`): Reply {
    const family: Family = {
      id,
      user,
      begunAt: this.now,
      issued: [],
      refreshableUntil: this.now + this.rules.lives.refreshToken,
      over: undefined,
    }
    this.families.push(family)
    return this.issue(family)
  }

  issue(family: Family, keep?: Tokens): Reply {
    const { lives, wholeSeconds } = this.rules
    const generation = family.issued.length + 1
    const issuedAt = this.now
    const exact = EPOCH + issuedAt + lives.token
    const expiresAt = (wholeSeconds ? Math.floor(exact / 1000) * 1000 : exact) - EPOCH
    const mark = `${family.id}-${generation}`
    const tokens: Tokens = {
      family,
      generation,
      accessToken: this.rules.accessToken(family, mark, EPOCH + issuedAt, EPOCH + expiresAt),
      refreshToken: keep?.refreshToken ?? `refresh-${mark}`,
      issuedAt,
      expiresAt,
    }
    family.issued.push(tokens)
    if (lives.sliding) family.refreshableUntil = this.now + lives.refreshToken
    this.#tokens.set(tokens.accessToken, tokens)
    return { status: 200, body: undefined, tokens, isNew: true }
  }

  end(family: Family, by: 'user' | 'server'): void {
    family.over ??= by
  }
}

/** The tokens that were issued last, up to a moment. */
export function newestOf(family: Family, at: number = Number.POSITIVE_INFINITY): Tokens {
  return family.issued.findLast(({ issuedAt }) => issuedAt <= at) as Tokens
}
