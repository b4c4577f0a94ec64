import { type RefObject, useLayoutEffect } from 'react'

/**
 * Keeps the focus in a part of the page whose controls come and go: if the focused one goes, `heir` gets it.
 *
 * @param heir the control to go on with
 */
export function useHeldFocus(part: RefObject<HTMLElement | null>, heir: RefObject<HTMLElement | null>): void {
  // Looked at while the controls that are about to go are still there.
  const held = part.current?.contains(document.activeElement) ?? false
  useLayoutEffect(() => {
    if (held && !part.current?.contains(document.activeElement)) heir.current?.focus({ preventScroll: true })
  })
}
