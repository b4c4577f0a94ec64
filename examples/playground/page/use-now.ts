import { useEffect, useState } from 'react'

/** The time in epoch milliseconds, told anew every `everyMs`; at 0 it stands still. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (everyMs === 0) return
    const tell = (): void => setNow(Date.now())
    tell()
    const timer = setInterval(tell, everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
