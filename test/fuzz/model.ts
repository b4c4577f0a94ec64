import assert from 'node:assert/strict'
import fc from 'fast-check'
import { isLatchkeyError, memoryStorage, SaferMeClient } from '../../src/index.ts'
import { fakeClock, fakeSaferMe } from '../../src/testing/index.ts'
import { type Attack, cases } from './attack.ts'
import * as specified from './session-model.ts'
import { BEFORE, type Ending, type SessionModel } from './session-model.ts'

const PATH = '/api/v4/reports'
const SECOND_MS = 1000
const TOKEN_LIFE_MS = 3_600_000
/** The longest that a refresh which failed is not repeated for. */
const COOL_DOWN_MS = 61_000
const USERS = ['ada@example.com', 'bob@example.com']
const PASSWORD = 'correct horse'

/** The client that the model speaks of, and its server. */
class Real {
  readonly clock = fakeClock()
  readonly server = fakeSaferMe({
    clock: this.clock,
    tokenLifeMs: TOKEN_LIFE_MS,
    users: USERS.map((email) => ({ email, password: PASSWORD })),
  })
  readonly #storage = memoryStorage({ clock: this.clock })
  online = true
  client = this.#open()

  restart(): void {
    this.client = this.#open()
  }

  /** What a call comes to, once nothing of it is going on any more. */
  async ending(call: () => Promise<unknown>): Promise<Ending> {
    const ending = await this.clock.until(
      Promise.resolve(call()).then(
        (value) => (value instanceof Response ? String(value.status) : 'done'),
        (error: unknown) => {
          assert.ok(isLatchkeyError(error), String(error))
          return error.code
        },
      ),
    )
    return ending as Ending
  }

  #open(): SaferMeClient {
    return new SaferMeClient({
      clock: this.clock,
      storage: this.#storage,
      retry: false,
      fetch: async (...args) => {
        if (!this.online) throw new TypeError('fetch failed')
        return this.server.fetch(...args)
      },
    })
  }
}

/** A step of the model's, and the same in the real world. */
class Step implements fc.AsyncCommand<SessionModel, Real> {
  readonly #name: string
  readonly #model: (model: SessionModel) => unknown
  readonly #real: (real: Real) => unknown

  /** @param model what must come of it, and of the session */
  constructor(name: string, model: (model: SessionModel) => unknown, real: (real: Real) => unknown) {
    this.#name = name
    this.#model = model
    this.#real = real
  }

  check(): boolean {
    return true
  }

  async run(model: SessionModel, real: Real): Promise<void> {
    const expected = this.#model(model)
    assert.equal(await this.#real(real), expected)
    const { user, reason, valid } = model
    const { status, reason: told } = real.client.session.snapshot()
    assert.deepEqual([status === 'active', told ?? null], [user !== null, user === null ? reason : null])
    // The server has the sessions that it was not told the end of, and no other.
    if (valid && user !== null) assert.ok(real.server.sessions.some(({ email }) => email === user))
  }

  toString(): string {
    return this.#name
  }
}

const step = (...args: ConstructorParameters<typeof Step>): fc.Arbitrary<Step> =>
  fc.constant(new Step(...args))

const anySignIn: fc.Arbitrary<Step> = fc
  .record({ email: fc.constantFrom(...USERS), isRight: fc.constantFrom(true, true, false) })
  .map(
    ({ email, isRight }) =>
      new Step(
        `signIn(${email}, ${isRight})`,
        (model) => specified.signIn(model, email, isRight),
        (real) =>
          real.ending(() => real.client.createSession({ email, password: isRight ? PASSWORD : 'another' })),
      ),
  )

const anyCall: fc.Arbitrary<Step> = fc.oneof(
  anySignIn,
  anySignIn,
  step('signOut', specified.signOut, (real) => real.ending(() => real.client.deleteSession())),
  step('getAccessToken', specified.getAccessToken, (real) =>
    real.ending(() => real.client.session.getAccessToken()),
  ),
  step('refresh', specified.refresh, (real) => real.ending(() => real.client.session.refresh())),
  step('fetch', specified.fetch, (real) => real.ending(() => real.client.fetch(PATH))),
  step('fetch, all at once', specified.fetch, async (real) => {
    const before = real.server.count('refreshSession')
    const [one, ...others] = await Promise.all(
      [1, 2, 3].map(() => real.ending(() => real.client.fetch(PATH))),
    )
    for (const other of others) assert.equal(other, one)
    if (real.online) assert.ok(real.server.count('refreshSession') - before <= 1, 'a token refreshed twice')
    return one
  }),
  step('restore', specified.restore, (real) => real.ending(() => real.client.session.restore())),
)

const anyChange: fc.Arbitrary<Step> = fc.oneof(
  step(
    'wait',
    () => {},
    (real) => real.clock.advance(SECOND_MS),
  ),
  step(
    'wait until the token has run out',
    (model) => {
      model.stale = true
    },
    (real) => real.clock.advance(TOKEN_LIFE_MS),
  ),
  step(
    'the server ends all sessions',
    (model) => {
      model.valid = false
    },
    (real) => real.server.revoke(),
  ),
  step(
    'go offline',
    (model) => {
      model.online = false
    },
    (real) => {
      real.online = false
    },
  ),
  step(
    'go online, and let what failed cool down',
    (model) => {
      model.online = true
    },
    async (real) => {
      real.online = true
      await real.clock.advance(COOL_DOWN_MS)
    },
  ),
  step('restart, once what failed has cooled down', specified.restart, async (real) => {
    await real.clock.advance(COOL_DOWN_MS)
    real.restart()
    await real.ending(() => real.client.session.restore())
  }),
)

const close: fc.Arbitrary<Step> = step(
  'close',
  (model) => {
    model.closed = true
  },
  (real) => real.client.session.close(),
)

/** Whoever has closed a client is not going to do much with it. */
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 15, arbitrary: anyCall },
  { weight: 15, arbitrary: anyChange },
  { weight: 1, arbitrary: close },
)

export const model: Attack = {
  name: 'model',
  what: 'Any order of calls on a client, failures, restarts and waits, beside a model of a session',
  holds: 'each call ends as the model says, and so does the session',
  cases: 80,
  run: cases(fc.commands([anyStep], { maxCommands: 40, size: 'max' }), (steps) =>
    fc.asyncModelRun(() => ({ model: { ...BEFORE }, real: new Real() }), steps),
  ),
}
