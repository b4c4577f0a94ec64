/** A value, or a promise of it. */
export type MaybePromise<T> = T | Promise<T>

/** Tells a promise from a value, of whichever implementation: some platforms bring their own. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
