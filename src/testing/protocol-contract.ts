import { ApiError, SessionEndedError } from '../index.ts'
import type { MaybePromise } from '../support/maybe-promise.ts'
import { type ContractCase, must } from './contract-case.ts'
import { type Interruption, ProtocolTrial, type ProtocolUnderTest } from './protocol-trial.ts'

/** The statuses of a server, or of what stands before it, that is busy or down. */
const BUSY = [408, 429, 500, 502, 503, 504]

const broken: Interruption = () => Promise.reject(new TypeError('fetch failed'))
const lost: Interruption = async (send) => {
  await send()
  throw new TypeError('fetch failed')
}
const answered =
  (status: number, body: string | null, headers: Record<string, string>): Interruption =>
  async () =>
    new Response(body, { status, headers })
const page = (status: number): Interruption =>
  answered(status, '<html><body>Welcome to our network</body></html>', { 'content-type': 'text/html' })
const json = (status: number): Interruption =>
  answered(status, '{"message":"not now"}', { 'content-type': 'application/json', 'retry-after': '1' })
const nothing = (status: number): Interruption => answered(status, null, {})

type Rule = <Credentials, Resource, Extra>(
  trial: ProtocolTrial<Credentials, Resource, Extra>,
) => Promise<void>

const RULES: Readonly<Record<string, Rule>> = {
  'a session that has begun carries calls': async (trial) => {
    await trial.succeeds(await trial.signedIn())
  },
  'a sign-in that is refused is told as what it is, and begins nothing': async (trial) => {
    const client = trial.client()
    trial.interrupt(json(422))
    const signingIn = client.createSession(trial.subject.credentials)
    const error: unknown = await trial.until(signingIn.then(() => undefined).catch((thrown) => thrown))
    must(error instanceof ApiError && error.status === 422, 'a 422 did not come out as an ApiError')
    must(client.session.snapshot().status !== 'active', 'a refused sign-in began a session')
  },
  'a token is taken to live for as long as it does': async (trial) => {
    const client = await trial.signedIn()
    trial.mustKnowTheLife(client)
    await trial.runOut()
    await trial.succeeds(client)
    trial.mustKnowTheLife(client)
  },
  'a token that is good is used, and not renewed': async (trial) => {
    const client = await trial.signedIn()
    for (let call = 0; call < 3; call++) await trial.succeeds(client, client)
    await trial.live(1 / 2)
    await trial.succeeds(client, client)
    must(trial.refreshes === 0, `${trial.refreshes} refreshes were sent in half of a token's life`)
    must(trial.refused === 0, `${trial.refused} calls were refused in half of a token's life`)
  },
  'a call that is under way while its token is renewed is not refused': async (trial) => {
    const { refreshWindowMs, early } = trial.subject.protocol
    const windowMs = Math.min(refreshWindowMs, trial.subject.tokenLifeMs / 3)
    if (early === 'never' || windowMs === 0) return
    const client = await trial.signedIn()
    await trial.live(1 - windowMs / 2 / trial.subject.tokenLifeMs)
    trial.delayMs = windowMs / 4
    await trial.succeeds(client, client)
    must(trial.refreshes <= 1, `${trial.refreshes} refreshes were sent`)
    must(trial.refused === 0, 'a call was refused: renewing kills the token, so `early` must not be `serve`')
  },
  'a hundred calls over a token that has run out send one refresh': async (trial) => {
    const client = await trial.signedIn()
    await trial.runOut()
    await trial.succeeds(...Array.from({ length: 100 }, () => client))
    must(trial.refreshes === 1, `${trial.refreshes} refreshes were sent`)
  },
  'two clients that share the tokens refresh them once': async (trial) => {
    const clients = [await trial.signedIn(), trial.client()]
    for (let round = 1; round <= 3; round++) {
      await trial.runOut()
      await trial.succeeds(...clients)
      must(trial.refreshes === round, `${trial.refreshes} refreshes were sent in ${round} lives of a token`)
    }
  },
  'a client that starts later goes on with the session': async (trial) => {
    await trial.signedIn()
    for (let round = 0; round < 2; round++) {
      await trial.runOut()
      await trial.succeeds(trial.client())
    }
  },
  'a network that breaks before a refresh ends no session': async (trial) => {
    const client = await trial.signedIn()
    await trial.runOut()
    trial.interrupt(broken)
    await trial.succeeds(client)
  },
  'a refresh whose answer is lost is made good, or the session is told to be lost': async (trial) => {
    const client = await trial.signedIn()
    await trial.runOut()
    trial.interrupt(lost)
    const outcome = await trial.outcome(client)
    if (outcome instanceof Response) return must(outcome.ok, `a call answered ${outcome.status}`)
    must(!trial.subject.protocol.repeatable, 'a `repeatable` refresh could not be sent again')
    const isLost = outcome instanceof SessionEndedError && outcome.reason === 'lost'
    must(isLost, 'the session did not end as `lost`')
  },
  'a page of somebody else’s ends no session, whatever its status': async (trial) => {
    const client = await trial.signedIn()
    for (const status of [200, 400, 401, 403, 404]) {
      await trial.runOut()
      trial.interrupt(page(status))
      await trial.succeeds(client)
    }
  },
  'a server that is busy or down ends no session': async (trial) => {
    const client = await trial.signedIn()
    for (const status of BUSY) {
      for (const answer of [page, json, nothing]) {
        await trial.runOut()
        trial.interrupt(answer(status))
        await trial.succeeds(client)
      }
    }
  },
  'a session that the server says is over ends, and says so': async (trial) => {
    const client = await trial.signedIn()
    trial.subject.revoke()
    await trial.runOut()
    const outcome = await trial.outcome(client)
    must(outcome instanceof SessionEndedError, 'the call did not say that the session has ended')
    must(/revoked|expired/.test(outcome.reason), `it ended as ${outcome.reason}, not as what the server said`)
    must(client.session.snapshot().status === 'ended', 'the snapshot does not say that the session has ended')
  },
  'signing out ends the session here, and for all who share it': async (trial) => {
    const [client, other] = [await trial.signedIn(), trial.client()]
    await trial.until(other.session.restore())
    await trial.until(client.session.end())
    for (const each of [client, other])
      must((await trial.outcome(each)) instanceof Error, 'a call was sent after the sign-out')
  },
  'signing out tells the server, where the protocol knows how, with a token that has run out too': async (
    trial,
  ) => {
    const { revoke, refresh } = trial.subject.protocol
    for (const late of refresh ? [false, true] : [false]) {
      const client = await trial.signedIn()
      if (late) await trial.runOut()
      const { sent } = trial
      const { revoked, error } = await trial.until(client.session.end())
      const told = revoked && trial.sent > sent
      must(told || !revoke, `the server was not told: ${error?.message ?? 'nothing was sent'}`)
    }
  },
  'a token goes to no other origin': async (trial) => {
    const client = await trial.signedIn()
    const outcome = await trial.outcome(client, 'https://other.test/')
    must(outcome instanceof Error, 'a call to another origin was sent')
  },
}

/**
 * Lists what a protocol must hold for the engine's promises to be kept, as named cases for any test runner:
 * `for (const { name, run } of protocolContract(make)) it(name, run)`.
 *
 * @param make called for each case: a protocol and a fresh server
 */
export function protocolContract<Credentials, Resource, Extra>(
  make: () => MaybePromise<ProtocolUnderTest<Credentials, Resource, Extra>>,
): readonly ContractCase[] {
  return Object.entries(RULES).map(([name, rule]) => ({
    name,
    run: async () => rule(new ProtocolTrial(await make())),
  }))
}
