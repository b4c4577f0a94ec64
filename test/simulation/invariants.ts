import { isUnauthorized } from '../../src/errors/guards.ts'
import { NoSessionError } from '../../src/errors/no-session-error.ts'
import { SessionEndedError } from '../../src/errors/session-ended-error.ts'
import { LONGEST_ASKED_MS } from '../../src/session/cool-down.ts'
import { LONGEST_PREPARATION_MS } from '../../src/session/held-lock.ts'
import { isLive } from '../../src/session/record.ts'
import {
  CLOCK_MS,
  endedBy,
  isInDoubt,
  isLockLost,
  isNobodyElses,
  isPrivate,
  type Observed,
  wasFailed,
} from './excuses.ts'
import type { Call, End, Refresh, SessionFacts, Write } from './ledger.ts'
import type { Family, Tokens } from './model-server.ts'
import type { SimClient } from './sim-client.ts'

/** What a client says at rest, once it has looked at the storage: its token, or what it was told instead. */
export type Statement = Pick<Call, 'client' | 'result' | 'settledAt'>

/** Answers what is wrong; `undefined`: nothing. */
type Rule<Fact> = (fact: Fact, world: Observed) => string | undefined

/** No refresh is sent twice with one pair, unless an answer was lost. */
export const isSentOnce: Rule<Refresh> = ({ tokens, client }, world) => {
  if (!tokens) return undefined
  // Its tombstone was lost: whoever ended it doesn't know what it has been refreshed to since.
  if ((endedBy(client, tokens, world.ledger)?.endedAt ?? world.now) < world.ledger.clearedAt) return undefined
  const earlier = world.ledger.of(tokens).refreshes.find((one) => !mayBeRepeated(one, client, world))
  return earlier && `${earlier.client.name} sent it ${world.now - earlier.sentAt} ms ago: ${earlier.outcome}`
}

function mayBeRepeated(earlier: Refresh, by: SimClient, world: Observed): boolean {
  const { client, outcome, won } = earlier
  if (client.machine.isDead || isLockLost(world)) return true
  // Who signs out while the storage fails can't know that there are newer tokens.
  if (by.signOuts > 0 && wasFailed(by, earlier.sentAt)) return true
  // Where it does no harm, a client that can't have the lock, or can't read what is stored, sends all the same.
  const isBlind = !world.storage.isHeldBy(by) || wasFailed(by, world.now - LONGEST_PREPARATION_MS)
  if (world.plan.protocol === 'zelf' && (!earlier.underLock || isBlind)) return true
  // Its answer, when it comes, comes too late: the lock is somebody else's by now.
  if (outcome === undefined) return !world.storage.isHeldBy(client)
  if (outcome !== 'won') return true
  const { storedAt = Number.NEGATIVE_INFINITY, isStoredLate } = world.ledger.of(won as Tokens)
  // It was won by who had lost the lock, and came between the look at the storage and the sending.
  if (isStoredLate && world.now - storedAt < LONGEST_PREPARATION_MS) return true
  return storedAt < world.ledger.clearedAt || (storedAt < 0 && isUnwritten(earlier, world))
}

/** It was won, and could not be written down: the storage fails, or the lock was lost meanwhile. */
function isUnwritten({ client, sentAt }: Refresh, world: Observed): boolean {
  return wasFailed(client, sentAt) || !world.storage.isHeldBy(client)
}

/** An unrepeatable refresh is sent by whoever has the lock, and by nobody else. */
export const isSentUnderLock: Rule<Refresh> = ({ client, tokens, underLock }, world) => {
  const stored = world.storage.recordUnder(world.key)
  // Another sign-in has taken its place: what is left of it is being revoked.
  if (stored && tokens && !world.ledger.session(stored.session).families.has(tokens.family)) return undefined
  const { plan, ledger } = world
  if (underLock || plan.protocol === 'zelf' || plan.protocol === 'clerk') return undefined
  if (tokens && (isPrivate(tokens, client, world) || isNobodyElses(tokens, ledger))) return undefined
  if (isLockLost(world) || (tokens && endedBy(client, tokens, ledger))) return undefined
  return 'its sender has not got the lock'
}

/** The server sees no more refreshes than token lifetimes plus lost answers: each has its reason. */
export const isDue: Rule<Refresh> = ({ cause, tokens, client }, { ledger }) => {
  if (cause || !tokens || ledger.of(tokens).isMisdated || isNobodyElses(tokens, ledger)) return undefined
  if (endedBy(client, tokens, ledger)) return undefined
  return 'the token is neither due, nor refused, nor was anybody asked to renew it'
}

/** Nobody sends a refresh before the server wants to hear of one again. */
export const isCooled: Rule<Refresh> = ({ client, tokens, underLock }, world) => {
  const stored = world.storage.recordUnder(world.key)
  if (!underLock || isLockLost(world) || !tokens || stored?.tokens?.accessToken !== tokens.accessToken)
    return undefined
  // Who had not got the lock wrote it down after the holder's last look.
  if (world.now - (world.ledger.of(tokens).cooledUnlockedAt ?? 0) < LONGEST_PREPARATION_MS) return undefined
  const left = (stored.coolDown?.until ?? 0) - client.serverClock.now()
  return left > 500 && left < LONGEST_ASKED_MS ? `it is ${Math.round(left)} ms too early` : undefined
}

/** No request goes out with another session's token. */
export const isItsOwn: Rule<Call> = ({ families, session }, { ledger, plan }) => {
  if (session === undefined) {
    return families.size > 1 && !plan.reauthenticates
      ? 'it was sent with the tokens of two sign-ins'
      : undefined
  }
  const known = ledger.session(session).families
  const users = new Set([...known].map(({ user }) => user))
  if (users.size > 1) return `session ${session} has tokens of ${[...users].join(' and ')}`
  if (known.size > 1 && !plan.reauthenticates) return `session ${session} has tokens of two sign-ins`
  const foreign = [...families].find((family) => !known.has(family))
  return foreign && `it began as ${session} and was sent as ${foreign.user}'s ${foreign.id}`
}

/** No token is shown to anybody before it is stored, unless the storage doesn't take it. */
export const isStored: Rule<{ readonly client: SimClient; readonly tokens: Tokens }> = (
  { client, tokens },
  world,
) => {
  const { storedAt } = world.ledger.of(tokens)
  const isExcused =
    storedAt !== undefined || wasFailed(client, tokens.issuedAt) || isPrivate(tokens, client, world)
  return isExcused ? undefined : `generation ${tokens.generation} of ${tokens.family.id} has not been stored`
}

/** A session ends because the user ended it, the server said that it is over, or it ran out with nothing to renew it. */
export const isEndedForAReason: Rule<End> = ({ client, session, reason }, world) => {
  const facts = session === undefined ? undefined : world.ledger.session(session)
  return !facts || isTrue(reason, facts, client, world) ? undefined : `${session} is not ${reason}`
}

function isTrue(reason: End['reason'], session: SessionFacts, client: SimClient, world: Observed): boolean {
  const { families, endedBy, seenAt, replaced } = session
  // Nobody but the client itself has ever seen its tokens.
  if (!families.size) return true
  const all = [...families]
  switch (reason) {
    case 'deleted':
      // Whoever signs out with nothing at hand ends what the storage has had by then.
      return endedBy.has(client) || isAsked(client, 'sign out', world, seenAt)
    case 'elsewhere':
      return endedBy.size > 0
    case 'superseded':
      // Clerk's sessions are the server's: any client may have begun to keep tokens of one.
      return (
        world.plan.protocol === 'clerk' ||
        isAsked(client, 'sign in', world, 0) ||
        world.ledger.sessions.some((other) => other !== session && !replaced.has(other.id))
      )
    case 'revoked':
    case 'expired':
      // Not every API says which.
      return all.some(({ over, refreshableUntil }) => over !== undefined || world.now >= refreshableUntil)
    case 'lost':
      // After the storage was cleared, who holds old tokens can't know whether there were newer ones.
      return (
        world.ledger.clearedAt >= seenAt ||
        client.clockError > CLOCK_MS ||
        all.some(({ issued }) => issued.some((tokens) => isInDoubt(tokens, world)))
      )
  }
}

/** A call of the client's is under way that began after a moment. */
function isAsked(client: SimClient, what: string, { ledger }: Observed, after: number): boolean {
  return ledger.calls.some(
    ({ client: by, name, startedAt, settledAt }) =>
      by === client && name.startsWith(what) && startedAt >= after && settledAt === undefined,
  )
}

/** A session is called lost only if an answer to what was sent with its last tokens was. */
export const isLostIfSaid: Rule<Write> = ({ client, before, after }, world) => {
  // Over another session's record, it says nothing of that session's tokens.
  const isSame = after.ended === 'lost' && before?.session === after.session
  const tokens = isSame ? world.server.find(before.tokens?.accessToken) : undefined
  if (!tokens || world.ledger.clearedAt >= tokens.issuedAt || client.clockError > CLOCK_MS) return undefined
  return isInDoubt(tokens, world)
    ? undefined
    : `no answer to a refresh of generation ${tokens.generation} was lost`
}

/** A stale holder never overwrites a newer record. */
export const isNewer: Rule<Write> = ({ client, before, after }, { ledger, plan, server }) => {
  if (!before) return undefined
  if (before.session !== after.session) {
    const { replaced } = ledger.session(before.session)
    // A sign-in that the storage didn't take is made good, whatever has come after it.
    if (wasFailed(client, ledger.session(after.session).seenAt)) return undefined
    return replaced.has(after.session) ? `the older session ${after.session} replaces it` : undefined
  }
  if (before.ended === 'deleted' && after.ended !== 'deleted') return 'it undoes a sign-out'
  if (after.ended === 'deleted') return undefined
  if (after.generation < before.generation) {
    return `generation ${after.generation} replaces generation ${before.generation}`
  }
  if (after.generation > before.generation) return undefined
  if (!after.tokens) return undefined
  if (!before.tokens) return 'it undoes the end of its generation'
  const [old, next] = [before, after].map(
    ({ tokens }) => server.find(tokens?.accessToken)?.issuedAt ?? 0,
  ) as [number, number]
  // Clerk's tokens tell which is younger, in whole seconds.
  if (plan.protocol === 'clerk')
    return next < old - 1000 ? 'an older token replaces a younger one' : undefined
  const isSame = before.tokens.accessToken === after.tokens.accessToken
  return isSame ? undefined : 'two token sets share a generation'
}

/** A session is deleted by whoever was asked to, and by nobody else. */
export const isWanted: Rule<Write> = ({ client, after }, { ledger }) => {
  if (after.ended !== 'deleted' || ledger.session(after.session).endedBy.size > 0) return undefined
  // A sign-in that a later one has overtaken is undone.
  return client.signOuts > 0 || client.signIns > 1 ? undefined : `${client.name} was not asked to`
}

/** Nobody waits for ever. */
export const isOver: Rule<Call> = ({ client, settledAt }) =>
  settledAt !== undefined || client.machine.isDead ? undefined : 'it never settled'

/** Nobody waits for longer than they were ready to. */
export const isInTime: Rule<Call> = ({ budgetMs, client, startedAt, pausedBefore, settledAt = 0 }) => {
  const took = settledAt - startedAt - (client.machine.pausedMs - pausedBefore)
  return took > budgetMs + 50 ? `it took ${Math.round(took)} ms of ${budgetMs}` : undefined
}

/** At rest all living clients agree. */
export const isAgreed: Rule<readonly Statement[]> = (statements, world) => {
  const sharing = statements.filter(({ client, result, settledAt = 0 }) => {
    const tokens = world.server.find(String(result))
    if (!tokens) return !hasEndedPrivately(client, world)
    return !(isPrivate(tokens, client, world) || isMistaken(tokens, client, settledAt))
  })
  const said = new Set(
    sharing.map(({ result }) => sessionOf(world.server.find(String(result))?.family, world)),
  )
  if (said.size < 2) return undefined
  return statements.map(({ client, result }) => `${client.name}: ${String(result)}`).join('; ')
}

/** A program with credentials goes on with the session of another sign-in. */
function sessionOf(family: Family | undefined, { ledger }: Observed): unknown {
  return (family && ledger.sessions.find(({ families }) => families.has(family))) ?? family
}

/** Private memory took the place of a storage that didn't work, until the next sign-in: the end is known there alone. */
function hasEndedPrivately(client: SimClient, { ledger, plan }: Observed): boolean {
  const last = ledger.ends.findLast((end) => end.client === client)
  if (plan.reach !== 'origin' || !wasFailed(client, 0) || last?.reason !== 'deleted' || !last.session)
    return false
  return ledger.session(last.session).endedAt === undefined
}

/** Its client doesn't know what time it is, and will learn from the next refusal that it has run out. */
function isMistaken({ expiresAt }: Tokens, { clockError }: SimClient, at: number): boolean {
  return expiresAt <= at && (clockError > CLOCK_MS || at - expiresAt < CLOCK_MS)
}

/** At rest a client holds a token that the server accepts, or knows why not. */
export const isAccepted: Rule<Statement> = ({ client, result, settledAt = 0 }, { server }) => {
  if (typeof result === 'string') {
    const tokens = server.find(result)
    const isGood = tokens && (server.accepts(tokens, settledAt) || isMistaken(tokens, client, settledAt))
    return isGood ? undefined : 'its token is refused'
  }
  const knowsWhyNot =
    result instanceof NoSessionError || result instanceof SessionEndedError || isUnauthorized(result)
  return knowsWhyNot ? undefined : `it has no token: ${String(result)}`
}

/** At rest nobody is in a session that its user has ended. */
export const isGone: Rule<Statement> = ({ client, result }, { ledger }) => {
  const { current } = client.subject
  if (typeof result !== 'string' || current === undefined) return undefined
  const { endedAt } = ledger.session(current)
  return endedAt !== undefined && endedAt > ledger.clearedAt ? `it is in ${current}` : undefined
}

/** Where all goes well, the server has been told of every session that was ended. */
export const isRevoked: Rule<SessionFacts> = ({ id, families, endedAt }, { plan }) => {
  if (!plan.isFair || endedAt === undefined || plan.protocol === 'zelf') return undefined
  const left = [...families].find(({ over }) => !over)
  return left && `${left.id}, of session ${id}, lives on`
}

/** A session that nobody has ended and that can be renewed is there at rest, as long as somebody had it. */
export const isThere: Rule<readonly Statement[]> = (statements, world) => {
  if (!statements.length || statements.some(({ result }) => typeof result === 'string')) return undefined
  const record = world.storage.recordUnder(world.key)
  const tokens = world.server.find(record?.tokens?.accessToken)
  // It is over on the server, and whoever is left has private memory in the storage's place.
  if (tokens?.family.over && statements.every((one) => isPrivate(tokens, one.client, world))) return undefined
  if (isLive(record)) return `nobody has found ${record.session} in the storage`
  if (!record) return undefined
  const facts = world.ledger.session(record.session)
  const reason = record.ended === 'deleted' ? 'elsewhere' : record.ended
  const client = statements[0]?.client
  if (!client || !reason || isTrue(reason, facts, client, world)) return undefined
  return `${record.session} is not ${reason}`
}
