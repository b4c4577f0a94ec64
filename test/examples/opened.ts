/** What a test has opened, closed the last first. Node 22 has no `AsyncDisposableStack`, which does the same. */
export class Opened implements AsyncDisposable {
  readonly #closes: (() => PromiseLike<unknown>)[] = []

  defer(close: () => PromiseLike<unknown>): void {
    this.#closes.push(close)
  }

  use<T extends AsyncDisposable>(resource: T): T {
    this.defer(() => resource[Symbol.asyncDispose]())
    return resource
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const close = this.#closes.pop()
    if (!close) return
    try {
      await close()
    } finally {
      await this[Symbol.asyncDispose]()
    }
  }
}
