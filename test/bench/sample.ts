/** So many samples are taken of `count` repetitions. */
const SAMPLES = 20

/**
 * What each of `count` repetitions costs this process, in microseconds of processor time: how busy the machine is
 * with other things hardly matters to it. A sample is a slice of them.
 *
 * @param atOnce how many are under way at the same time
 */
export async function microseconds(
  count: number,
  act: (index: number) => Promise<unknown>,
  atOnce = 1,
): Promise<number[]> {
  const samples: number[] = []
  const slice = Math.ceil(count / SAMPLES)
  for (let from = 0; from < count; from += slice) {
    const to = Math.min(count, from + slice)
    const before = process.cpuUsage()
    let next = from
    const work = async (): Promise<void> => {
      while (next < to) await act(next++)
    }
    await Promise.all(Array.from({ length: atOnce }, work))
    const { user, system } = process.cpuUsage(before)
    samples.push((user + system) / (to - from))
  }
  return samples
}

/** How much of the heap is in use once all that can be collected has been, in bytes. */
export function heapInUse(): number {
  const { gc } = globalThis
  if (!gc) throw new Error('The heap is measured under --expose-gc')
  gc()
  gc()
  return process.memoryUsage().heapUsed
}

/** Samples of several things, by name. */
export class Samples {
  readonly #taken = new Map<string, number[]>()

  add(name: string, sample: number): void {
    this.#taken.set(name, [...this.of(name), sample])
  }

  of(name: string): readonly number[] {
    return this.#taken.get(name) ?? []
  }
}

/** Something to be measured, by name. */
export type Cases = Readonly<Record<string, () => Promise<unknown>>>

/**
 * What each case costs this process, in microseconds of processor time a repetition. They take turns, so that
 * whatever slows the machine down slows all of them down; a sample is one turn.
 *
 * @param count repetitions a turn
 */
export async function inTurns(
  cases: Cases,
  { rounds, count }: { readonly rounds: number; readonly count: number },
): Promise<Samples> {
  const samples = new Samples()
  // The first round warms up, and is not counted.
  for (let round = 0; round <= rounds; round++) {
    for (const [name, act] of Object.entries(cases)) {
      const before = process.cpuUsage()
      for (let index = 0; index < count; index++) await act()
      const { user, system } = process.cpuUsage(before)
      if (round > 0) samples.add(name, (user + system) / count)
    }
  }
  return samples
}
