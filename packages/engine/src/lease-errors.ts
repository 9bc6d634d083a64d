import { EngineError } from './errors.ts'
import type { Hold, Holder } from './lease.ts'

/** Another run has the thread. */
export class ThreadBusyError extends EngineError {
  readonly code = 'THREAD_BUSY'
  readonly holder: Holder
  /** Since when, in milliseconds since the epoch. */
  readonly sinceMs: number
  /** Until when, unless its run goes on, which it does as long as its process lives; `undefined`: until it ends. */
  readonly untilMs: number | undefined

  constructor(
    readonly threadId: string,
    { holder, sinceMs, untilMs }: Hold,
  ) {
    super(
      `Thread "${threadId}" is in use: ${shownHolder(holder)} has it since ${shownTime(sinceMs)}` +
        (untilMs === undefined ? '. ' : `, and until ${shownTime(untilMs)} unless it renews that. `) +
        "Invoke it again when that run has ended, with onBusy: 'wait' to wait for it, " +
        "or with onBusy: 'interrupt' to make it stop at its next superstep.",
    )
    this.holder = holder
    this.sinceMs = sinceMs
    this.untilMs = untilMs
  }
}

/** A run no longer has its thread: it was out for longer than its lease, and another run came, or it was deleted. */
export class LeaseLostError extends EngineError {
  readonly code = 'LEASE_LOST'

  constructor(
    readonly threadId: string,
    /** The run that lost it. */
    readonly runId: string,
    /** Who has the thread now, or had it last; `undefined` when the thread was deleted. */
    readonly heldBy: Holder | undefined,
  ) {
    super(
      `Run ${runId} has lost thread "${threadId}": ` +
        (heldBy === undefined
          ? 'the thread was deleted. '
          : `it did not renew its lease in time, and ${shownHolder(heldBy)} has taken over. `) +
        'Nothing that it wrote after that was kept. To go on with the thread, invoke it again.',
    )
  }
}

/** Somebody without a lease has written to the thread of a run. */
export class HeadMovedError extends EngineError {
  readonly code = 'HEAD_MOVED'

  constructor(
    readonly threadId: string,
    readonly namespace: string,
    /** The checkpoint that was to be the newest; `undefined` for none. */
    readonly expected: string | undefined,
    /** The one that is. */
    readonly found: string | undefined,
  ) {
    super(
      `Thread "${threadId}"${namespace === '' ? '' : `, namespace "${namespace}",`} was written to by somebody who does not hold it: ` +
        `its newest checkpoint is ${found ?? 'gone'}, and was to be ${expected ?? 'the first'}. The checkpoint of this run was not kept. ` +
        'Let one program write to a thread at a time; to go on from where it stands, invoke it again.',
    )
  }
}

/** A run stopped before a superstep, because another one asked for its thread. What it had finished is kept. */
export class RunSupersededError extends EngineError {
  readonly code = 'RUN_SUPERSEDED'

  constructor(
    readonly threadId: string,
    /** The run that asked. */
    readonly by: Holder,
  ) {
    super(
      `This run of thread "${threadId}" stopped before its next superstep: ${shownHolder(by)} asked for the thread with onBusy: 'interrupt'. ` +
        'What it had finished is kept, and the other run goes on from there.',
    )
  }
}

function shownHolder({ runId, processId, host }: Holder): string {
  return `run ${runId} (process ${processId}${host === undefined ? '' : ` on ${host}`})`
}

function shownTime(ms: number): string {
  return new Date(ms).toISOString()
}
