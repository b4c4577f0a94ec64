import { describe, expect, it } from 'vitest'
import { fileRegister } from '../../src/storage/file-register.ts'
import { simulatedDisk } from './simulated-files.ts'
import { chain, type Write } from './write-chain.ts'

type Where = (call: string) => boolean

/** A disk, the writers on it, and what they were told. */
function scene() {
  const disk = simulatedDisk(1)
  const writes: Write[] = []
  const awake = fileRegister(
    disk.process(async () => {}),
    '/root',
    'name',
  )
  return {
    disk,
    /** A process that is to write `next`, and sleeps. */
    writer: (next: string) => {
      let where: Where = () => true
      let wake = (): void => {}
      let stop = (): void => {}
      const turn = async (call: string) => {
        if (!where(call)) return
        const woken = new Promise<void>((resolve) => {
          wake = resolve
        })
        stop()
        await woken
      }
      const register = fileRegister(disk.process(turn), '/root', 'name')
      const write = async () => {
        const expected = await register.read()
        const writing: Write = { expected, next }
        writes.push(writing)
        writing.won = await register.replace(expected, next)
      }
      const end = write().then(() => false)
      return {
        /** Lets it go on to a call that `to` says, or to its end. Answers whether it sleeps. */
        goOn: (to: Where = () => false): Promise<boolean> => {
          where = to
          const asleep = new Promise<boolean>((resolve) => {
            stop = () => resolve(true)
          })
          wake()
          return Promise.race([asleep, end])
        },
      }
    },
    mustBeWhole: async () => chain(writes, await awake.read()),
  }
}

/** Says when so many calls have been made. */
function theCallAfter(count: number): Where {
  let left = count
  return () => left-- === 0
}

describe('a value in files is not lost', () => {
  it('where a writer sleeps at whatever point while others write and clear up', async () => {
    for (let point = 0, asleep = true; asleep; point++) {
      const { writer, mustBeWhole } = scene()
      await writer('first').goOn()
      const sleeper = writer('sleeper')
      asleep = await sleeper.goOn(theCallAfter(point))
      for (const next of ['a', 'b', 'c']) await writer(next).goOn()
      await sleeper.goOn()
      await mustBeWhole()
    }
  })

  it('where others have written but not cleared up, and whoever slept before its draft goes on between', async () => {
    let scenes = 0
    for (let clearing = 0, clears = true; clears; clearing++) {
      for (let linking = 0, links = true; links; linking++) {
        const { writer, mustBeWhole } = scene()
        await writer('first').goOn()
        const early = writer('early')
        await early.goOn((call) => /^open .*\/2-/.test(call))
        const second = writer('second')
        await second.goOn((call) => call.startsWith('unlink'))
        const third = writer('third')
        await third.goOn((call) => /^link .*\/3$/.test(call))
        clears = await third.goOn(theCallAfter(clearing))
        links = await early.goOn(theCallAfter(linking))
        await third.goOn()
        await second.goOn()
        await early.goOn()
        await mustBeWhole()
        scenes++
      }
    }
    expect(scenes).toBeGreaterThan(50)
  })

  it('where whoever slept before its link goes on while another clears up, at whatever point that is', async () => {
    for (let clearing = 0, clears = true; clears; clearing++) {
      const { writer, mustBeWhole } = scene()
      await writer('first').goOn()
      const early = writer('early')
      await early.goOn((call) => call.startsWith('link'))
      await writer('second').goOn((call) => call.startsWith('unlink'))
      const third = writer('third')
      clears = await third.goOn(theCallAfter(clearing))
      await early.goOn()
      await third.goOn()
      await mustBeWhole()
    }
  })

  it('and what a writer that died has left is cleared up by the next write', async () => {
    for (const before of [[], ['first']]) {
      for (let point = 0, dead = true; dead; point++) {
        const { disk, writer } = scene()
        for (const next of before) await writer(next).goOn()
        dead = await writer('dead').goOn(theCallAfter(point))
        await writer('next').goOn()
        expect(disk.files).toHaveLength(1)
      }
    }
  })
})
