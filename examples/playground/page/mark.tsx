import type { ReactNode } from 'react'
import type { Kind } from './happening.ts'

/** A shape for each kind, around the origin: nobody has to tell them apart by colour. */
const SHAPES: Readonly<Record<Kind, string>> = {
  start: 'M-4-5.5 5.5 0-4 5.5z',
  request: 'M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z',
  failure: 'M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z',
  refresh: 'M0-6.5 6.5 0 0 6.5-6.5 0z',
  adoption: 'M0-5.5 5.5 0 0 5.5-5.5 0z',
  retry: 'M0-5.5 5.5 4.5H-5.5z',
  end: 'M-5-5H5V5H-5z',
  fault: 'M-4.5-4.5 4.5 4.5M4.5-4.5-4.5 4.5',
}

/** The mark of a kind, for a place in an SVG. */
export function Mark({ kind }: { readonly kind: Kind }): ReactNode {
  return <path className="mark" data-mark={kind} d={SHAPES[kind]} />
}

/** The mark of a kind by itself, beside words that say the same. */
export function MarkIcon({ kind }: { readonly kind: Kind }): ReactNode {
  return (
    <svg className="mark-icon" viewBox="-8 -8 16 16" aria-hidden="true">
      <Mark kind={kind} />
    </svg>
  )
}
