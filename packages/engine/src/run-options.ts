import type { BreakpointNodes } from './breakpoints.ts'
import type { Clock } from './clock.ts'
import type { SendPacket } from './due.ts'
import type { HeldThread } from './held-thread.ts'
import type { Ids } from './ids.ts'
import type { Durability } from './journal.ts'
import type { RunListener } from './listener.ts'
import type { Plan } from './plan.ts'
import type { RetryPolicy } from './retry.ts'
import type { Position, RunStart } from './run-start.ts'
import type { Thrown } from './scheduler.ts'
import type { Snapshots } from './snapshots.ts'
import type { Line, Store, StoredCheckpoint } from './store.ts'
import type { Question, Task } from './task.ts'
import type { TimeoutPolicy } from './timeout.ts'
import type { Write } from './write.ts'

export interface RunOptions {
  readonly plan: Plan
  readonly start: RunStart
  readonly line: Line
  /** Without one, nothing is kept and nothing can be resumed. */
  readonly store?: Store | undefined
  /** The store as the holder of the thread sees it: the run gives the thread back with the last that it keeps. */
  readonly held?: HeldThread | undefined
  /** The checkpoint to begin from, as the store gave it. Default: none, a new thread. */
  readonly loaded?: StoredCheckpoint | undefined
  /** Default: the newest checkpoint of the line. */
  readonly position?: Position
  readonly durability?: Durability
  /** With `exit` durability: keeps nothing of a run that comes to its end, but of one that is to go on. */
  readonly isPassing?: boolean
  /** Supersteps after which a run that has not ended fails. */
  readonly stepLimit: number
  /** Nodes before, and after, which the run stops; `*` for all that are not hidden. */
  readonly interruptBefore?: BreakpointNodes | undefined
  readonly interruptAfter?: BreakpointNodes | undefined
  readonly maxConcurrency?: number | undefined
  readonly retry?: RetryPolicy | undefined
  /** Aborted by the caller to stop the run, which then fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** The graph around this one runs on from a checkpoint. */
  readonly isResuming?: boolean
  readonly isNested?: boolean
  /** namespace → checkpoint id of every graph around this one. */
  readonly parents?: Readonly<Record<string, string>>
  /** For the nodes: each attempt carries it. */
  readonly context?: unknown
  /** For channels that checkpoints do not hold. */
  readonly snapshots?: Snapshots | undefined
  /** Channels whose value in `loaded` is not what the store holds of them: they are kept again. */
  readonly rebuilt?: readonly string[] | undefined
  /** Never gives the event loop a turn of its own accord, however long its supersteps take. Default: false. */
  readonly keepsTurn?: boolean
  /** Asked before each superstep; a reason stops the run there. */
  drainReason?(): string | undefined
  /** Finds what these tasks of a superstep would write, where somebody has kept it: the others run. */
  lookUp?(tasks: readonly Task[]): Promise<ReadonlyMap<Task, readonly Write[]>> | undefined
  /** What an error that leaves a node means. Default: it failed. */
  classify?(error: unknown): Thrown
  timeoutOf?(packet: SendPacket): TimeoutPolicy | undefined
  readonly listener?: RunListener
  readonly clock?: Clock
  readonly ids?: Ids
}

export type RunResult =
  | { readonly kind: 'finished' }
  /** Tasks asked; `questions` is what the caller has to answer. */
  | { readonly kind: 'interrupted'; readonly questions: readonly Question[] }
  /** Stopped at a static breakpoint. */
  | { readonly kind: 'paused' }
  | { readonly kind: 'drained'; readonly reason: string }
  /** A task had a message for the graph around this one; the last, if several had. */
  | { readonly kind: 'escaped'; readonly signal: Error }
