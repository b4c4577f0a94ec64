import { StorageError } from '../errors/storage-error.ts'
import type { Clock } from '../support/clock.ts'
import type { MaybePromise } from '../support/maybe-promise.ts'
import { type Steps, wait } from '../support/steps.ts'
import { checksum } from './checksum.ts'
import { HOLD_BOUND_MS } from './process-lock.ts'

/** Named places for text, each of which is written as a whole or not at all. Empty text is as good as none. */
export interface Cells {
  get(name: string): MaybePromise<string | null | undefined>
  set(name: string, text: string): MaybePromise<unknown>
  remove(name: string): MaybePromise<unknown>
}

/** Whoever has slept for so long over a write may have lost the right to it, told of it or not, in milliseconds. */
const LONGEST_WRITE_MS: number = HOLD_BOUND_MS / 2

/** Cells that can be written for as long as `lock` is held. */
export function heldCells(cells: Cells, lock: AbortSignal, clock: Clock): Cells {
  const end = clock.monotonic() + LONGEST_WRITE_MS
  const whileHeld = <T>(act: () => T): T => {
    lock.throwIfAborted()
    if (clock.monotonic() <= end) return act()
    throw new StorageError('locked', 'The lock was lost in the middle of a write')
  }
  return {
    get: (name) => cells.get(name),
    set: (name, text) => whileHeld(() => cells.set(name, text)),
    remove: (name) => whileHeld(() => cells.remove(name)),
  }
}

/** What a cell takes at the least, in bytes, for values to be kept in parts. */
export const LEAST_CELL_BYTES = 64

/** Stands before what is kept as it is. Nobody takes it for JSON and parses it, and it makes nothing of empty text. */
const WHOLE = '.'
/** The head of a value in parts: where they are, how many, and the checksum of the whole. */
const HEAD = /^([ab])(\d{1,4})\.(\w+)$/
/** Whoever reads while others write may meet parts of two values, so often at the most. */
const MOST_TORN_READS = 3

/**
 * Reads the value under `name`; `null` if there is none. What is there and can't be put together is answered as
 * a text that is no value: the same for the same head, so that it can be compared and overwritten.
 */
export function* readParts(cells: Cells, name: string): Steps<string | null> {
  return (yield* look(cells, name)).value
}

/**
 * Replaces the value under `name`, unless it isn't `expected`. Nobody else may write meanwhile: {@link heldCells}.
 *
 * The parts go to the one of two slots that is not in use, then the head is turned to them: whatever breaks off
 * before leaves the old value, whatever breaks off after that the new one.
 *
 * @param cellBytes what a cell takes, in bytes of UTF-8
 */
export function* replaceParts(
  cells: Cells,
  name: string,
  expected: string | null,
  next: string,
  cellBytes: number,
): Steps<boolean> {
  const { value, slot: used, count = 0 } = yield* look(cells, name)
  if (value !== expected) return false
  const chunks = split(next, cellBytes - WHOLE.length)
  const slot = used === 'a' ? 'b' : 'a'
  if (chunks.length === 1) yield* wait(cells.set(name, WHOLE + next))
  else {
    for (const [index, chunk] of chunks.entries()) {
      yield* wait(cells.set(partName(name, slot, index), WHOLE + chunk))
    }
    yield* wait(cells.set(name, `${slot}${chunks.length}.${checksum(next)}`))
  }
  if (used || cellBytes < Infinity) {
    yield* clear(cells, name, slot, chunks.length === 1 ? 0 : chunks.length)
    yield* clear(cells, name, slot === 'a' ? 'b' : 'a', 0, count)
  }
  return true
}

interface Look {
  readonly value: string | null
  /** Where its parts are; absent: it has none. */
  readonly slot?: string
  /** How many there should be. */
  readonly count?: number
}

function* look(cells: Cells, name: string): Steps<Look> {
  for (let torn = 0; ; torn++) {
    const head: unknown = yield* wait(cells.get(name))
    if (head === null || head === undefined || head === '') return { value: null }
    const text = String(head)
    if (text.startsWith(WHOLE)) return { value: text.slice(WHOLE.length) }
    const [, slot, digits, sum] = HEAD.exec(text) ?? []
    if (!slot) return { value: `?${text}` }
    const count = Number(digits)
    const value = yield* assemble(cells, name, slot, count)
    if (checksum(value) === sum) return { value, slot, count }
    // Its writer may have been in the middle of the next one.
    if (torn === MOST_TORN_READS) return { value: `?${text}`, slot, count }
  }
}

function* assemble(cells: Cells, name: string, slot: string, count: number): Steps<string> {
  let value = ''
  for (let index = 0; index < count; index++) {
    const part = yield* wait(cells.get(partName(name, slot, index)))
    if (!part) break
    value += String(part).slice(WHOLE.length)
  }
  return value
}

/**
 * Removes a slot's parts from the last one down to `from`: what breaks off leaves no gap that would hide the rest.
 *
 * @param known how many there should be, at the least
 */
function* clear(cells: Cells, name: string, slot: string, from: number, known = from): Steps<void> {
  try {
    let end = known
    while (yield* wait(cells.get(partName(name, slot, end)))) end++
    while (end > from) yield* wait(cells.remove(partName(name, slot, --end)))
  } catch {
    // The value is written. What is left over goes with the next one.
  }
}

function partName(name: string, slot: string, index: number): string {
  return `${name}.${slot}${index}`
}

/** Cuts text into pieces of `most` bytes or fewer, between characters. */
function split(text: string, most: number): readonly string[] {
  if (most === Infinity) return [text]
  const pieces: string[] = []
  let piece = ''
  let bytes = 0
  for (const char of text) {
    const size = bytesOf(char.codePointAt(0) ?? 0)
    if (bytes + size > most) {
      pieces.push(piece)
      piece = ''
      bytes = 0
    }
    piece += char
    bytes += size
  }
  return [...pieces, piece]
}

function bytesOf(codePoint: number): number {
  if (codePoint < 0x80) return 1
  if (codePoint < 0x800) return 2
  return codePoint < 0x10000 ? 3 : 4
}
