import {
  ApiError,
  type ApiFailure,
  memoryStorage,
  type Outgoing,
  type Send,
  SessionClient,
  type SessionProtocol,
  type TokenSet,
  type Verdict,
} from 'latchkey'
import { expect, it } from 'vitest'
import { type Account, type Login, oauth } from './oauth-protocol.ts'
import { LIFE_MS, world } from './oauth-world.ts'

/** A protocol as some write it: a class, with state of its own. */
class ClassProtocol implements SessionProtocol<Login, Account> {
  readonly name = 'class'
  readonly early = 'wait'
  readonly repeatable = false
  readonly called = new Set<string>()

  get refreshWindowMs(): number {
    return this.#note('refreshWindowMs', 10_000)
  }

  authorize(request: Outgoing, tokens: TokenSet | null): void {
    this.#note('authorize', oauth.authorize(request, tokens))
  }

  create(send: Send, login: Login): ReturnType<NonNullable<typeof oauth.create>> {
    return this.#note('create', oauth.create?.(send, login) ?? Promise.reject())
  }

  refresh(send: Send, tokens: TokenSet): ReturnType<NonNullable<typeof oauth.refresh>> {
    return this.#note('refresh', oauth.refresh?.(send, tokens) ?? Promise.reject())
  }

  async revoke(): Promise<void> {
    this.#note('revoke', undefined)
  }

  renewable(): boolean {
    return this.#note('renewable', true)
  }

  supersedes(): boolean {
    return this.#note('supersedes', false)
  }

  judge(failure: ApiFailure): Verdict {
    return this.#note('judge', failure.status === 400 ? 'revoked' : 'transient')
  }

  toError(failure: ApiFailure): ApiError {
    return this.#note('toError', new ApiError(failure))
  }

  #note<T>(what: string, value: T): T {
    this.called.add(what)
    return value
  }
}

it('a protocol may be a class, whose methods know their own fields', async () => {
  const { clock, fetch } = world()
  const protocol = new ClassProtocol()
  const storage = memoryStorage({ clock })
  const options = { baseUrl: 'https://api.example', clock, fetch, storage }
  const [client, other] = [new SessionClient(protocol, options), new SessionClient(protocol, options)]
  await client.createSession({ username: 'ada', password: 'pw' })
  for (let round = 0; round < 2; round++) await other.session.restore()
  await clock.advance(LIFE_MS)
  expect((await clock.until(client.fetch('/me'))).status).toBe(200)
  expect(await clock.until(other.session.end())).toEqual({ revoked: true })
  await expect(client.createSession({ username: 'ada', password: 'wrong' })).rejects.toBeInstanceOf(ApiError)
  await client.createSession({ username: 'ada', password: 'pw' })
  const [stale] = [new SessionClient(protocol, { ...options, key: 'another' })]
  await stale.session.adopt({ accessToken: 'x', refreshToken: 'gone' })
  await expect(clock.until(stale.session.refresh())).rejects.toMatchObject({ reason: 'revoked' })
  expect([...protocol.called].toSorted()).toEqual(
    [
      'authorize',
      'create',
      'judge',
      'refresh',
      'refreshWindowMs',
      'renewable',
      'revoke',
      'supersedes',
      'toError',
    ].toSorted(),
  )
})
