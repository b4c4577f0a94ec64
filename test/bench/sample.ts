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
