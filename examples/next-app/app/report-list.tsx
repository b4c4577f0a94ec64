'use client'

import { type ReactNode, useState } from 'react'

/** What SaferMe said while the page was rendered, or when it was last asked. */
export function Reports({ rendered }: { readonly rendered: string | undefined }): ReactNode {
  const [loaded, setLoaded] = useState<string>()
  const load = async (): Promise<void> => {
    const response = await fetch('/reports')
    setLoaded(response.ok ? await response.text() : `Could not be loaded: ${response.status}`)
  }
  return (
    <section>
      <output>{loaded ?? rendered ?? 'Not loaded yet'}</output>
      <button type="button" onClick={load}>
        Load
      </button>
    </section>
  )
}
