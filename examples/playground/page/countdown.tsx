import type { ReactNode } from 'react'
import { useNow } from './use-now.ts'

interface CountdownProps {
  /** When the token runs out: epoch milliseconds by this machine's clock. */
  readonly to: number
  /** How long it lived when it was new, in milliseconds. */
  readonly of: number
}

/** How long an access token has yet to live. */
export function Countdown({ to, of }: CountdownProps): ReactNode {
  const left = Math.max(0, to - useNow(250))
  return (
    <div className="countdown">
      <progress max={of} value={Math.min(of, left)} aria-label="Life left in the access token" />
      <span>{left > 0 ? `${inWords(left)} left` : 'Token ran out'}</span>
    </div>
  )
}

function inWords(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000)
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
