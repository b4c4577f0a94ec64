import { type RefObject, useEffect, useState } from 'react'

const STEP_MS = 50
const CALM_STEP_MS = 1000

/**
 * Lets a group of an SVG flow to the left as time goes by. Answers the moment, in epoch milliseconds, that is at its
 * x of 0. For whoever wants less motion it moves once a second.
 *
 * @param scale pixels a millisecond
 * @param now the x of what happens now
 */
export function useFlow(group: RefObject<SVGGElement | null>, scale: number, now: number): number {
  const [origin] = useState(Date.now)
  useEffect(() => {
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
    const move = (): void => {
      const x = now - (Date.now() - origin) * scale
      group.current?.setAttribute('transform', `translate(${x.toFixed(1)} 0)`)
    }
    move()
    const timer = setInterval(move, calm ? CALM_STEP_MS : STEP_MS)
    return () => clearInterval(timer)
  }, [group, scale, now, origin])
  return origin
}
