import type { ReactNode } from 'react'

/** There are so many colours for tabs. */
const COLOURS = 5

/** A tab's name in its colour. */
export function TabName({ tab }: { readonly tab: number }): ReactNode {
  return (
    <span className="tab-name" data-colour={tab % COLOURS}>
      Tab {tab}
    </span>
  )
}
