/** `any` itself, and nothing else. */
export type IsAny<T> = 0 extends 1 & T ? true : false

/**
 * Where in a type there is an `any`, at most six levels deep: in fields, in items, in what functions take and
 * answer. `never`: nowhere.
 */
export type PathsToAny<T, Path extends string = 'it', Depth extends 1[] = []> =
  IsAny<T> extends true
    ? Path
    : Depth['length'] extends 6
      ? never
      : T extends Platform & IndexedBy<T>
        ? never
        : T extends readonly unknown[]
          ? PathsToAny<T[number], `${Path}[]`, [...Depth, 1]>
          : T extends (...args: infer Args) => infer Result
            ? PathsToAny<Args, `${Path}()`, [...Depth, 1]> | PathsToAny<Result, Path, [...Depth, 1]>
            : T extends Promise<infer Settled>
              ? PathsToAny<Settled, Path, [...Depth, 1]>
              : T extends object
                ? {
                    [Key in keyof T]-?: PathsToAny<T[Key], `${Path}.${Extract<Key, string>}`, [...Depth, 1]>
                  }[keyof T]
                : never

/** What has fields of every name fits whatever is optional throughout. */
type IndexedBy<T> = string extends keyof T ? never : unknown

/** What the platform has typed is the platform's. */
type Platform =
  | string
  | number
  | boolean
  | bigint
  | symbol
  | null
  | undefined
  | AbortSignal
  | Headers
  | Request
  | Response
  | URL
  | ReadableStream
  | RequestInit

/** Compiles only where nothing is left over in a `switch`. */
export function assertNever(value: never): never {
  throw new Error(`nobody handles ${String(value)}`)
}
