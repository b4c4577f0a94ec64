import { type ReactNode, useEffect, useRef, useSyncExternalStore } from 'react'
import type { FaultName, ServerState } from '../control.ts'
import type { Api } from './apis/api.ts'
import { Faults } from './faults.tsx'
import { SessionState } from './session-state.tsx'
import { SignInForm } from './sign-in-form.tsx'
import { useHeldFocus } from './use-held-focus.ts'
import { useSaying } from './use-saying.ts'

const CALL_EVERY_MS = 2000

interface PanelProps {
  readonly api: Api
  readonly server: ServerState
  readonly tokenLifeMs: number
  /** Whether the API is called again and again, for as long as somebody is signed in. */
  readonly keepCalling: boolean
  readonly onFault: (fault: FaultName) => void
}

/** One API: sign in, call, end, and what there is to see of its session. */
export function Panel({ api, server, tokenLifeMs, keepCalling, onFault }: PanelProps): ReactNode {
  const { name, title, note, fields, session, request, signIn, call } = api
  const snapshot = useSyncExternalStore(session.subscribe, session.snapshot, session.serverSnapshot)
  const active = snapshot.status === 'active'
  const [said, say] = useSaying()
  const panel = useRef<HTMLElement>(null)
  const primary = useRef<HTMLButtonElement>(null)
  useHeldFocus(panel, primary)

  useEffect(() => session.on('restored', () => say(call())), [session, call, say])
  useEffect(() => {
    if (!keepCalling || !active) return
    const timer = setInterval(() => say(call()), CALL_EVERY_MS)
    return () => clearInterval(timer)
  }, [call, keepCalling, active, say])

  return (
    <section ref={panel} className="card panel" aria-labelledby={`${name}-title`} data-api={name}>
      <h2 id={`${name}-title`}>{title}</h2>
      <p className="note">{note}</p>
      <SessionState snapshot={snapshot} clockOffsetMs={server.clockOffsetMs} tokenLifeMs={tokenLifeMs} />
      {active ? (
        <div className="actions">
          <button ref={primary} type="button" className="primary" onClick={() => say(call(), 'Calling …')}>
            Call
          </button>
          <button type="button" onClick={() => say(signOut(api), 'Signing out …')}>
            End
          </button>
          <code>{request}</code>
        </div>
      ) : (
        <SignInForm
          fields={fields}
          submit={primary}
          onSignIn={(values) =>
            say(
              signIn(values).then(() => 'Signed in.'),
              'Signing in …',
            )
          }
        />
      )}
      <p className="said" role="status">
        {said}
      </p>
      <Faults server={server} onFault={onFault} />
    </section>
  )
}

async function signOut({ end }: Api): Promise<string> {
  const { revoked, error } = await end()
  if (error) return `Signed out here. The server could not be told: ${error.code}.`
  return revoked ? 'Signed out, here and on the server.' : 'Signed out here: this API knows no sign-out.'
}
