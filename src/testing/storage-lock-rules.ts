import { gate, must, rejection, within } from './contract-case.ts'
import { turnEventLoop } from './event-loop.ts'
import type { StorageBench, StorageRules } from './storage-bench.ts'

const TASKS = 10
const INCREMENTS = 50
const SHORT_WAIT_MS = 20
/** Many tasks in one line wait for each other: their bound is this many times that of one. */
const QUEUE_FACTOR = 10

export const lockRules: StorageRules = {
  'the lock answers what its task answers': async ({ storage, key, boundMs }) => {
    const answer = await storage.exclusive(key, async () => 'answer', { waitMs: boundMs })
    must(answer === 'answer', "exclusive must resolve with the task's value")
  },

  'a task that fails is heard, and frees the lock': async ({ storage, other, key, boundMs }) => {
    const failure = new Error('the task failed')
    const fail = (): Promise<never> => {
      throw failure
    }
    for (const task of [async () => fail(), fail]) {
      const reason = await rejection(storage.exclusive(key, task, { waitMs: boundMs }), 'a task that fails')
      must(reason === failure, "exclusive must reject with the task's own error")
      await mustBeFree({ storage: other, key, boundMs })
    }
  },

  'no two tasks run at once': async ({ storage, other, key, boundMs }) => {
    let running = 0
    const task = async (): Promise<void> => {
      must(++running === 1, 'a task began while another one held the lock')
      await storage.read(key)
      await turnEventLoop(2)
      running--
    }
    const line = Array.from({ length: TASKS }, (_, index) =>
      (index % 2 === 0 ? storage : other).exclusive(key, task, { waitMs: boundMs * QUEUE_FACTOR }),
    )
    await within(Promise.all(line), boundMs * QUEUE_FACTOR, 'tasks in line')
  },

  'of fifty increments under the lock none is lost': async ({ storage, other, key, boundMs }) => {
    const increment = (instance: typeof storage) => async (): Promise<void> => {
      const before = await instance.read(key)
      const written = await instance.replace(key, before, String(Number(before) + 1))
      must(written, 'a write under the lock must find the value that was read under it')
    }
    const line = Array.from({ length: INCREMENTS }, (_, index) => {
      const instance = index % 2 === 0 ? storage : other
      return instance.exclusive(key, increment(instance), { waitMs: boundMs * QUEUE_FACTOR })
    })
    await within(Promise.all(line), boundMs * QUEUE_FACTOR, 'increments in line')
    must((await storage.read(key)) === String(INCREMENTS), `${INCREMENTS} increments must all arrive`)
  },

  "different keys don't wait for each other": (bench) =>
    whileHeld(bench, () => mustBeFree({ ...bench, key: `${bench.key}/other` })),

  'who waits too long is told so, and its task never runs': async (bench) => {
    const { other, key, boundMs } = bench
    const late = lateTask()
    await whileHeld(bench, async () => {
      const wait = other.exclusive(key, late.task, { waitMs: SHORT_WAIT_MS })
      const reason = await within(rejection(wait, 'waiting for a lock that is held'), boundMs, 'giving up')
      const { code, failure } = Object(reason) as { code?: unknown; failure?: unknown }
      must(
        code === 'storage' && failure === 'locked',
        "giving up must be a StorageError with failure 'locked'",
      )
    })
    await mustBeFree(bench)
    await late.mustNotHaveRun()
  },

  'who is aborted while waiting leaves the line, and breaks nothing for those behind': async (bench) => {
    const { storage, other, key, boundMs } = bench
    const late = lateTask()
    const leaving = new AbortController()
    const why = new Error('no longer wanted')
    const behind = await whileHeld(bench, async () => {
      const wait = other.exclusive(key, late.task, { waitMs: boundMs, signal: leaving.signal })
      const next = storage.exclusive(key, async () => 'next', { waitMs: boundMs })
      next.catch(() => {})
      await turnEventLoop(2)
      leaving.abort(why)
      const reason = await within(rejection(wait, 'an aborted wait'), boundMs, 'leaving the line')
      must(reason === why, "an aborted wait must reject with the signal's reason")
      return { next }
    })
    must(
      (await within(behind.next, boundMs, 'the next in line')) === 'next',
      'the next in line must get its turn',
    )
    await late.mustNotHaveRun()
  },

  'who is aborted before asking is never let in': async (bench) => {
    const { storage, key, boundMs } = bench
    const late = lateTask()
    const why = new Error('never wanted')
    const options = { waitMs: boundMs, signal: AbortSignal.abort(why) }
    const wait = storage.exclusive(key, late.task, options)
    const reason = await within(rejection(wait, 'an aborted call'), boundMs, 'refusing an aborted call')
    must(reason === why, "an aborted call must reject with the signal's reason")
    await mustBeFree(bench)
    await late.mustNotHaveRun()
  },

  'a task that has begun is not interrupted': async ({ storage, key, boundMs }) => {
    const asking = new AbortController()
    const task = async (holding: AbortSignal): Promise<string> => {
      must(!holding.aborted, 'the lock is lost as soon as it is had')
      asking.abort()
      await turnEventLoop(2)
      must(!holding.aborted, "the caller's signal must not end a task that has begun")
      return 'done'
    }
    const answer = storage.exclusive(key, task, { waitMs: boundMs, signal: asking.signal })
    must((await within(answer, boundMs, 'the task')) === 'done', 'a task that has begun must be waited for')
  },
}

/** Runs `body` while a task of `storage` holds the lock. */
async function whileHeld<T>({ storage, key, boundMs }: StorageBench, body: () => Promise<T>): Promise<T> {
  const entered = gate()
  const done = gate()
  const task = (): Promise<void> => {
    entered.open()
    return done.opened
  }
  const holder = storage.exclusive(key, task, { waitMs: boundMs })
  await within(Promise.race([entered.opened, holder]), boundMs, 'taking a free lock')
  try {
    return await body()
  } finally {
    done.open()
    await within(holder, boundMs, 'releasing the lock')
  }
}

async function mustBeFree({ storage, key, boundMs }: Omit<StorageBench, 'other'>): Promise<void> {
  await within(
    storage.exclusive(key, async () => {}, { waitMs: boundMs }),
    boundMs,
    'taking a free lock',
  )
}

interface LateTask {
  readonly task: () => Promise<void>
  mustNotHaveRun(): Promise<void>
}

function lateTask(): LateTask {
  let ran = false
  return {
    task: async () => {
      ran = true
    },
    mustNotHaveRun: async () => {
      await turnEventLoop(2)
      must(!ran, 'a task ran that had been given up')
    },
  }
}
