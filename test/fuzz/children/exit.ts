import { wholeLife } from '../whole-life.ts'

// The process ends by itself, or not at all: nothing here ends it.
process.stdout.write(String(await wholeLife()))
