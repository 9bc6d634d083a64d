// The port between the bench and an engine: an engine opens a program for a piece of work, the bench runs it.
import type { Readings, Result, Work } from './workload.ts'

/**
 * LangGraph stands here three times: with its default durability (`async`), with `sync`, which waits for the store,
 * and with `async` and its messages in a `DeltaChannel`.
 */
export const engineNames = [
  'floor',
  'cairn',
  'langgraph',
  'langgraph-sync',
  'langgraph-delta',
  'xstate',
  'mastra',
] as const

export type EngineName = (typeof engineNames)[number]

/** What `open` is given to keep state in. */
export type Storage =
  | { readonly kind: 'none' }
  | { readonly kind: 'memory' }
  | {
      readonly kind: 'sqlite'
      readonly path: string
      /** Begins the ids of threads, where several processes work on one file. */
      readonly threadPrefix?: string
    }

/**
 * A piece of work, built and ready: as in a server, the graph is made once and run many times. Making it is not
 * measured.
 */
export interface Program {
  /** Does the whole work once, on threads that are new. */
  run(): Result | Promise<Result>
  /** What a second connection to the file finds of the last run, before `close`. Only with SQLite. */
  stored?(): Result | Promise<Result>
  /** What was measured inside the last run. */
  readings?(): Readings
  /** What the last run cost in other processes. */
  elsewhere?(): CostElsewhere
  close?(): void | Promise<void>
}

/** Of all processes that a program started, together; the longest block is that of any one. */
export interface CostElsewhere {
  readonly cpuMs: number
  readonly longestBlockMs: number
  readonly peakBytes: number
}

export interface Engine {
  /** `undefined` when this engine has no way to do this work, or none to keep it in this storage. */
  open(work: Work, storage: Storage): Program | undefined | Promise<Program | undefined>
}
