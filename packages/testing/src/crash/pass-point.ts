// The side of the process that is to die.
//   P1. A point is told before anything happens there, so whoever started the process knows how far it came.
//   P2. At an exact instant nothing of the program runs any more: the signal goes to this very process.
//   P3. What kills between two points is ready before the program begins, so it costs no time at the point.
import { writeSync } from 'node:fs'
import { type Instant, instantVariable, pointsDescriptor } from './instant.ts'
import { KillerThread } from './killer-thread.ts'

const given = process.env[instantVariable]
const instant = given === undefined || given === '' ? undefined : (JSON.parse(given) as Instant)
const killer = instant?.kind === 'after' ? new KillerThread(instant.microseconds) : undefined
const passed = new Map<string, number>()
let count = 0

/**
 * Says that this process is at a point at which it may be killed; the instant for which it was started kills it
 * here. Does nothing in a process that was not started by `CrashingProgram`.
 */
export function passPoint(name: string): void {
  if (given === undefined) return
  writeSync(pointsDescriptor, `${name}\n`)
  const occurrence = (passed.get(name) ?? 0) + 1
  passed.set(name, occurrence)
  count++
  if (instant?.kind === 'at' && instant.point === name && instant.occurrence === occurrence) die()
  if (instant?.kind === 'after' && instant.points === count) killer!.release()
}

function die(): never {
  process.kill(process.pid, 'SIGKILL')
  // The signal is on its way when the call returns; nothing more may happen until it is here.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}
