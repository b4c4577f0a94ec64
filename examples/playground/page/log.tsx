import type { ReactNode } from 'react'
import type { Api } from './apis/api.ts'
import type { Happening } from './happening.ts'
import { MarkIcon } from './mark.tsx'
import { TabName } from './tab-name.tsx'

const MOST_SHOWN = 100

interface LogProps {
  readonly happenings: readonly Happening[]
  readonly apis: readonly Api[]
}

/** What the timeline shows, in words, the newest first. */
export function Log({ happenings, apis }: LogProps): ReactNode {
  return (
    <section className="card log" aria-labelledby="log-title">
      <h2 id="log-title">Log</h2>
      {happenings.length === 0 ? (
        <p className="hint">Nothing has happened yet.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be scrolled by keyboard too
        <ol tabIndex={0} aria-labelledby="log-title">
          {happenings
            .slice(-MOST_SHOWN)
            .reverse()
            .map(({ id, at, tab, api, kind, text }) => (
              <li key={id} data-kind={kind} data-api={api} data-tab={tab}>
                <time>{new Date(at).toLocaleTimeString('en-GB')}</time>
                <TabName tab={tab} />
                <span>{apis.find(({ name }) => name === api)?.title}</span>
                <MarkIcon kind={kind} />
                <span className="log-text">{text}</span>
              </li>
            ))}
        </ol>
      )}
    </section>
  )
}
