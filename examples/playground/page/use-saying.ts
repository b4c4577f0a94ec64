import { isLatchkeyError } from 'latchkey'
import { useCallback, useState } from 'react'

/** What was last said, and a way to say how things come out. */
export type Saying = readonly [said: string, say: (outcome: Promise<string>, meanwhile?: string) => void]

/** Says what becomes of what the user asks for, or why nothing does. */
export function useSaying(): Saying {
  const [said, setSaid] = useState('')
  const say = useCallback((outcome: Promise<string>, meanwhile?: string): void => {
    if (meanwhile !== undefined) setSaid(meanwhile)
    outcome.then(setSaid, (error: unknown) => setSaid(inWords(error)))
  }, [])
  return [said, say]
}

function inWords(error: unknown): string {
  return isLatchkeyError(error) ? `${error.code}: ${error.message}` : String(error)
}
