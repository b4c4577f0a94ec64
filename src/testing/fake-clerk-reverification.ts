import type { Form } from './fake-clerk-form.ts'
import type { FakeClerkOptions } from './fake-clerk-options.ts'
import { ClerkRefusal, invalidField, missingField } from './fake-clerk-refusal.ts'
import type { ClerkSession } from './fake-clerk-session.ts'
import { type ClerkFactor, firstFactors, secondFactors } from './fake-clerk-user.ts'
import {
  attemptVerification,
  type ClerkVerification,
  newVerification,
  verificationResource,
} from './fake-clerk-verification.ts'

const CODE_LIFE_MS = 600_000
const MOST_PREPARES = 5
/** So long counts what was sent, in milliseconds. */
const PREPARE_WINDOW_MS = 600_000
/** The strategies that send a code to somebody. */
const SENT = ['email_code', 'phone_code']
/** The strategies that can be attempted only once they were prepared. */
const PREPARED = [...SENT, 'passkey']

/** Which of the two factors. */
export type ClerkFactorStep = 'first' | 'second'

interface Reverification {
  readonly level: string
  status: 'needs_first_factor' | 'needs_second_factor' | 'complete'
  first: ClerkVerification | null
  second: ClerkVerification | null
}

/** The reverifications of a fake Clerk server's sessions, one for each. */
export interface ClerkReverifications {
  /** Starts anew, on the first factor if the user has no second one. */
  start(session: ClerkSession, level: string): void
  /**
   * Prepares a factor: sends a code, or makes a challenge.
   *
   * @throws {ClerkRefusal} 400: it isn't this factor's turn. 422: it isn't the user's. 429: too many were sent.
   */
  prepare(session: ClerkSession, step: ClerkFactorStep, form: Form, at: number): void
  /**
   * Attempts a factor.
   *
   * @throws {ClerkRefusal} 400: it isn't this factor's turn, was not prepared, has run out or failed. 422: it isn't
   * the user's, or what was sent is wrong.
   */
  attempt(session: ClerkSession, step: ClerkFactorStep, form: Form, at: number): void
  /** Answers a session's reverification as Clerk shows it, without its session. */
  resource(session: ClerkSession, at: number): object
}

/** Makes the reverifications of a fake Clerk server. */
export function clerkReverifications({
  mostPrepares = MOST_PREPARES,
  codeLifeMs = CODE_LIFE_MS,
}: FakeClerkOptions): ClerkReverifications {
  const started = new Map<ClerkSession, Reverification>()
  const sentAt = new Map<ClerkSession, readonly number[]>()
  const usedBackupCodes = new Map<string, Set<string>>()

  const onTurn = (session: ClerkSession, step: ClerkFactorStep): Reverification => {
    const reverification = started.get(session)
    if (reverification?.[step]?.status === 'verified')
      throw new ClerkRefusal(400, 'verification_already_verified')
    if (reverification?.status !== `needs_${step}_factor`) throw missingVerification()
    return reverification
  }
  const countSent = (session: ClerkSession, at: number): void => {
    const recent = (sentAt.get(session) ?? []).filter((time) => time > at - PREPARE_WINDOW_MS)
    if (recent.length >= mostPrepares) {
      const seconds = Math.ceil(((recent[0] ?? at) + PREPARE_WINDOW_MS - at) / 1_000)
      const headers = { 'retry-after': String(seconds) }
      throw new ClerkRefusal(429, 'verification_code_too_many_requests', { headers })
    }
    sentAt.set(session, [...recent, at])
  }

  return {
    start: (session, requested) => {
      const level = secondFactors(session.user).length > 0 ? requested : 'first_factor'
      const status = level === 'second_factor' ? 'needs_second_factor' : 'needs_first_factor'
      started.set(session, { level, status, first: null, second: null })
    },
    prepare: (session, step, form, at) => {
      const reverification = onTurn(session, step)
      const { strategy } = factorOf(session, step, form)
      if (SENT.includes(strategy)) countSent(session, at)
      reverification[step] = newVerification(strategy, at + codeLifeMs)
    },
    attempt: (session, step, form, at) => {
      const reverification = onTurn(session, step)
      const { strategy } = factorOf(session, step, form)
      const prepared = reverification[step]?.strategy === strategy ? reverification[step] : null
      if (!prepared && PREPARED.includes(strategy)) throw missingVerification()
      const verification = prepared ?? newVerification(strategy, null)
      reverification[step] = verification
      const { user } = session
      const used = usedBackupCodes.get(user.id) ?? new Set()
      usedBackupCodes.set(user.id, used)
      attemptVerification(verification, user, form, used, at)
      session[`${step}FactorVerifiedAt`] = at
      const wantsSecond = step === 'first' && reverification.level === 'multi_factor'
      reverification.status = wantsSecond ? 'needs_second_factor' : 'complete'
    },
    resource: (session, at) => {
      const reverification = started.get(session)
      if (!reverification) throw missingVerification()
      const { level, status, first, second } = reverification
      return {
        object: 'session_reverification',
        level,
        status,
        supported_first_factors: level === 'second_factor' ? null : firstFactors(session.user),
        supported_second_factors: level === 'first_factor' ? null : secondFactors(session.user),
        first_factor_verification: first && verificationResource(first, at),
        second_factor_verification: second && verificationResource(second, at),
      }
    },
  }
}

/** The user's factor that a form means: of its strategy, and of its address or number if it names one. */
function factorOf({ user }: ClerkSession, step: ClerkFactorStep, form: Form): ClerkFactor {
  const { strategy, email_address_id, phone_number_id } = form
  if (!strategy) throw missingField('strategy')
  const factors = step === 'first' ? firstFactors(user) : secondFactors(user)
  const factor = factors.find((one) => one.strategy === strategy)
  if (!factor) throw new ClerkRefusal(422, 'strategy_for_user_invalid', { field: 'strategy' })
  if (email_address_id && factor.email_address_id && email_address_id !== factor.email_address_id)
    throw invalidField('email_address_id')
  if (phone_number_id && factor.phone_number_id && phone_number_id !== factor.phone_number_id)
    throw invalidField('phone_number_id')
  return factor
}

function missingVerification(): ClerkRefusal {
  return new ClerkRefusal(400, 'verification_missing', {
    message: 'No verification of this factor is under way',
  })
}
