/** Something that happens at a moment. */
interface Happening {
  readonly at: number
  readonly order: number
  readonly act: () => void
  cancelled: boolean
}

/** Takes back what was to happen. */
export type Cancel = () => void

/** The one true time of a world, and what is still to happen in it: by moment, then in the order of asking. */
export class Timeline {
  /** Milliseconds since the world began. */
  now = 0
  #order = 0
  readonly #heap: Happening[] = []

  after(milliseconds: number, act: () => void): Cancel {
    const happening = {
      at: this.now + Math.max(0, milliseconds),
      order: this.#order++,
      act,
      cancelled: false,
    }
    this.#push(happening)
    return () => {
      happening.cancelled = true
    }
  }

  /** Moves on to what happens next and lets it happen. `false`: nothing does, up to `until`. */
  step(until: number): boolean {
    for (;;) {
      const next = this.#heap[0]
      if (!next || next.at > until) {
        this.now = Math.max(this.now, until)
        return false
      }
      this.#pop()
      if (next.cancelled) continue
      this.now = next.at
      next.act()
      return true
    }
  }

  #push(happening: Happening): void {
    const heap = this.#heap
    let index = heap.push(happening) - 1
    while (index > 0) {
      const above = (index - 1) >> 1
      const parent = heap[above] as Happening
      if (!isBefore(happening, parent)) break
      heap[index] = parent
      index = above
    }
    heap[index] = happening
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop() as Happening
    if (heap.length === 0) return
    let index = 0
    for (;;) {
      let below = 2 * index + 1
      const left = heap[below]
      if (!left) break
      const right = heap[below + 1]
      if (right && isBefore(right, left)) below++
      const child = heap[below] as Happening
      if (!isBefore(child, last)) break
      heap[index] = child
      index = below
    }
    heap[index] = last
  }
}

function isBefore(one: Happening, other: Happening): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order)
}

/** Lets everything run that is ready to: the promises of one moment have settled when this has. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
