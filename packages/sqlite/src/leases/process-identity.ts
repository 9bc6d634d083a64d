// Which process holds a thread, told so that others on the same machine can see when it has died. Its number alone
// does not tell: numbers are used again.
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

export interface ProcessIdentity {
  readonly processId: number
  readonly host: string
  /** Processes of one machine, since it was started, that see each other by their numbers. */
  readonly machine: string
  /** When it began, as the machine counts; `''` where that cannot be found out. */
  readonly startedAt: string
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  const host = hostname()
  const found = linuxIdentity()
  return { processId: process.pid, host, machine: found?.machine ?? host, startedAt: found?.startedAt ?? '' }
}

/** Whether a process is known to be dead; one of another machine, or of another container, never is. */
export function isDead({ processId, machine, startedAt }: ProcessIdentity, own: ProcessIdentity): boolean {
  if (machine !== own.machine) return false
  if (processId === own.processId && startedAt === own.startedAt) return false
  if (!isRunning(processId)) return true
  if (startedAt === '') return false
  const found = linuxProcess(processId)
  // One that has ended and that its parent has not looked after yet still has its number.
  return found !== undefined && (found.startedAt !== startedAt || found.state === 'Z' || found.state === 'X')
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH' // it may belong to somebody else
  }
}

function linuxIdentity(): { machine: string; startedAt: string } | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const startedAt = linuxProcess(process.pid)?.startedAt
    return startedAt === undefined
      ? undefined
      : { machine: `${boot} ${readlinkSync('/proc/self/ns/pid')}`, startedAt }
  } catch {
    return undefined // not Linux, or closed to this process
  }
}

/** What `/proc` tells of a process; `undefined` where there is none. */
function linuxProcess(processId: number): { state: string; startedAt: string } | undefined {
  try {
    const text = readFileSync(`/proc/${processId}/stat`, 'utf8')
    // The name, in parentheses, may hold anything; the state is the third field, the time of the start the 22nd.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0]!, startedAt: fields[19]! }
  } catch {
    return undefined
  }
}
