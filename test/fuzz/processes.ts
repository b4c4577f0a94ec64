import type { Attack } from './attack.ts'
import { inChild } from './child.ts'

export const frozen: Attack = {
  name: 'frozen',
  what: 'Object.freeze over everything that the language and the platform bring, before anything is loaded',
  holds: 'clients of all four APIs work over every storage',
  cases: 1,
  run: inChild('frozen'),
}

export const polluted: Attack = {
  name: 'polluted',
  what: 'A polluted Object.prototype, with the names of options, messages and records',
  holds: 'each call ends, and nothing goes to another origin',
  cases: 40,
  run: inChild('polluted'),
}

export const exit: Attack = {
  name: 'exit',
  what: 'A process that has used clients of all four APIs over every storage, and closed them',
  holds: 'it ends by itself',
  cases: 1,
  run: inChild('exit'),
}

export const leak: Attack = {
  name: 'leak',
  what: 'A client that signs in and out over and over',
  holds: 'the heap has not grown by 500 kB, however many rounds',
  cases: 500,
  run: inChild('leak', '--expose-gc'),
}
