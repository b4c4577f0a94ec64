import type { ReactNode } from 'react'
import { FAULTS, type FaultName, type ServerState } from '../control.ts'
import { useNow } from './use-now.ts'

/** The faults in words. */
export const FAULT_TITLES: Readonly<Record<FaultName, string>> = {
  drop: 'Drop the next answer',
  unavailable: '503 for ten seconds',
  clock: 'Clock three hours off',
  revoke: 'Revoke on the server',
}

interface FaultsProps {
  readonly server: ServerState
  readonly onFault: (fault: FaultName) => void
}

/** The switches of one server. A revocation can't be taken back, so it is no switch. */
export function Faults({ server, onFault }: FaultsProps): ReactNode {
  const { dropping, unavailableUntil, clockOffsetMs } = server
  const now = useNow(unavailableUntil === null ? 0 : 250)
  const left = Math.ceil(((unavailableUntil ?? 0) - now) / 1000)
  const pressed: Partial<Record<FaultName, boolean>> = {
    drop: dropping,
    unavailable: left > 0,
    clock: clockOffsetMs !== 0,
  }
  return (
    <fieldset className="faults">
      <legend>Faults of its server</legend>
      {FAULTS.map((fault) => (
        <button key={fault} type="button" aria-pressed={pressed[fault]} onClick={() => onFault(fault)}>
          {FAULT_TITLES[fault]}
          {fault === 'unavailable' && left > 0 && <span className="left">{left} s</span>}
        </button>
      ))}
    </fieldset>
  )
}
