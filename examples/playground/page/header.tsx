import type { ReactNode } from 'react'
import { TabName } from './tab-name.tsx'

interface HeaderProps {
  readonly tab: number
  readonly keepCalling: boolean
  readonly onKeepCalling: (keepCalling: boolean) => void
}

/** What the page is, and what concerns all of it. */
export function Header({ tab, keepCalling, onKeepCalling }: HeaderProps): ReactNode {
  return (
    <header className="masthead">
      <div>
        <h1>Latchkey playground</h1>
        <p>
          Four session APIs on ports of this machine, with tokens that live for seconds. Sign in, put faults
          in, and see what becomes of the session.
        </p>
      </div>
      <div className="masthead-actions">
        <TabName tab={tab} />
        <label className="switch">
          <input
            type="checkbox"
            role="switch"
            checked={keepCalling}
            aria-checked={keepCalling}
            onChange={({ target }) => onKeepCalling(target.checked)}
          />
          Keep calling
        </label>
        <a className="button" href="/" target="_blank" rel="noopener">
          Open another tab
        </a>
      </div>
    </header>
  )
}
