import type { EndReason, SessionSnapshot } from 'latchkey'
import type { ReactNode } from 'react'
import { Countdown } from './countdown.tsx'

const REASONS: Readonly<Record<EndReason, string>> = {
  deleted: 'You signed out.',
  revoked: 'The server said that it is over.',
  expired: 'It ran out, and nothing could renew it.',
  lost: 'An answer with new tokens was lost on its way.',
  elsewhere: 'It was ended elsewhere.',
  superseded: 'Somebody signed in anew.',
}

const STATUSES: Readonly<Record<SessionSnapshot['status'], string>> = {
  unknown: 'Not looked yet',
  none: 'Signed out',
  active: 'Signed in',
  ended: 'Ended',
}

interface SessionStateProps {
  readonly snapshot: SessionSnapshot
  readonly clockOffsetMs: number
  readonly tokenLifeMs: number
}

/** What a session's snapshot says. */
export function SessionState({ snapshot, clockOffsetMs, tokenLifeMs }: SessionStateProps): ReactNode {
  const { status, reason, expiresAt } = snapshot
  return (
    <div className="session-state">
      <p className="status" data-status={status}>
        <strong>{STATUSES[status]}</strong>
        {reason && <span>{REASONS[reason]}</span>}
      </p>
      {status === 'active' && expiresAt !== undefined && (
        <Countdown to={expiresAt - clockOffsetMs} of={tokenLifeMs} />
      )}
    </div>
  )
}
