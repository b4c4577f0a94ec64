import { answers, goodAnswers } from './answers.ts'
import type { Attack } from './attack.ts'
import { fetches } from './fetches.ts'
import { headers } from './headers.ts'
import { inputs } from './inputs.ts'
import { listeners } from './listeners.ts'
import { model } from './model.ts'
import { exit, frozen, leak, polluted } from './processes.ts'
import { store } from './store.ts'
import { urls } from './urls.ts'

/** Every way in which clients are tried to be hurt. */
export const ATTACKS: readonly Attack[] = [
  answers,
  goodAnswers,
  headers,
  store,
  inputs,
  urls,
  model,
  fetches,
  listeners,
  polluted,
  frozen,
  exit,
  leak,
]
