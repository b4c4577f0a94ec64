/** A way to break the engine: in one file, one text in place of another. */
export interface Breakage {
  /** Its name on the command line. */
  readonly name: string
  /** What is broken. */
  readonly what: string
  readonly changes: readonly Change[]
}

export interface Change {
  /** Under `src/session`. */
  readonly file: string
  /** It occurs there exactly once. */
  readonly text: string
  readonly replacement: string
}

/** The ways in which the engine is broken to show that the simulation can fail. */
export const BREAKAGES: readonly Breakage[] = [
  {
    name: 'no-lock',
    what: 'no lock',
    changes: [
      {
        file: 'storage-access.ts',
        text: 'return await this.#storage.exclusive(this.#key, hold, options)',
        replacement: 'return await hold(new AbortController().signal)',
      },
    ],
  },
  {
    name: 'no-re-read',
    what: 'no second look at the storage under the lock',
    changes: [
      {
        file: 'refresh-attempt.ts',
        text: 'const stored = await readNoting(this.#context, lock !== undefined).catch(',
        replacement:
          'const read = async () => race || !state.record ? store.read(true) : store.seen(state.record)\n      const stored = await read().catch(',
      },
      {
        file: 'record-store.ts',
        text: '  /** The storage certainly holds',
        replacement:
          '  seen(record: SessionRecord): Stored { return { raw: this.#latest, record, own: true } }\n  /** The storage certainly holds',
      },
    ],
  },
  {
    name: 'pending-counts',
    what: '`pending` counted as a generation',
    changes: [
      {
        file: 'refresh-attempt.ts',
        text: '{ ...record, pending: this.#mark(record) }',
        replacement: '{ ...record, generation: record.generation + 1, pending: this.#mark(record) }',
      },
    ],
  },
  {
    name: 'no-compare',
    what: 'no compare-and-set',
    changes: [
      {
        file: 'storage-access.ts',
        text: '() => this.#storage.replace(this.#key, expected, next)',
        replacement:
          'async () => this.#storage.replace(this.#key, (void expected, await this.#storage.read(this.#key)), next)',
      },
    ],
  },
  {
    name: 'shown-unwritten',
    what: 'tokens shown before they are written',
    changes: [
      {
        file: 'refresh-attempt.ts',
        text: '    const late = lock?.lost !== false\n',
        replacement:
          "    this.#context.state.put({ record: renewed, unsaved: 'change' }, () => {})\n    const late = lock?.lost !== false\n",
      },
    ],
  },
  {
    name: 'no-session-check',
    what: 'no check of the session id',
    changes: [
      {
        file: 'token-source.ts',
        text: "    if (record?.session !== session) throw new SessionEndedError('superseded')\n",
        replacement: '',
      },
    ],
  },
  {
    name: 'late-dropped',
    what: 'a late success dropped',
    changes: [
      {
        file: 'aftermath.ts',
        text: 'const stands = found.late ? await offerLocked(this.#context, won, LATE_LOCK_WAIT_MS) : found.stands',
        replacement:
          'if (found.late) return this.standing(session)\n    void won\n    const stands = found.stands',
      },
    ],
  },
  {
    name: 'absence-ends',
    what: 'absence taken for a sign-out',
    changes: [
      {
        file: 'reconcile.ts',
        text: "  if (!theirs) return 'mine'\n",
        replacement: "  if (!theirs) return 'theirs'\n",
      },
    ],
  },
]
