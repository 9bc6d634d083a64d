// What is measured: a workload is a piece of work at one size, with the result that every engine must come to.

/** Where a run keeps its state: nowhere, in the process, or in an SQLite file. */
export type StorageKind = 'none' | 'memory' | 'sqlite'

/** Whether a node's function returns its update or a promise of it. */
export type NodeKind = 'sync' | 'async'

/** A counter node with a conditional edge back to itself. */
export interface LoopWork {
  readonly kind: 'loop'
  readonly steps: number
  readonly node: NodeKind
}

/** Nodes in a row, each adding one; the whole chain is run `times` times. */
interface ChainWork {
  readonly kind: 'chain'
  readonly nodes: number
  readonly times: number
}

/** One node sends itself out `sends` times; a join reads the sum of what they found. */
export interface FanOutWork {
  readonly kind: 'fan-out'
  readonly sends: number
}

/** A loop around a graph that holds a graph that holds a graph: three levels below the root. */
export interface NestedWork {
  readonly kind: 'nested'
  readonly iterations: number
}

/** The loop, read as a stream of whole states and of updates. */
interface StreamWork {
  readonly kind: 'stream'
  readonly steps: number
}

/** The loop beside a text that no step writes. */
interface IdleChannelWork {
  readonly kind: 'idle-channel'
  readonly steps: number
  readonly documentBytes: number
}

/** Many loops at once in one process, their nodes asynchronous, all in the same store. */
export interface ThreadsWork {
  readonly kind: 'threads'
  readonly threads: number
  readonly steps: number
}

/** A graph of one node, invoked again and again. */
interface InvokeWork {
  readonly kind: 'invoke'
  readonly times: number
}

/** The loop, watched by one callback handler. */
interface HandlerWork {
  readonly kind: 'handler'
  readonly steps: number
}

/** The loop, read as the events of `streamEvents`, version 2. */
interface EventsWork {
  readonly kind: 'events'
  readonly steps: number
}

/** A prebuilt agent whose model, a script, calls a tool `rounds` times, one call at a time. */
interface AgentWork {
  readonly kind: 'agent'
  readonly rounds: number
}

/** One run in which each superstep adds one message to a list. */
export interface MessagesWork {
  readonly kind: 'messages'
  readonly steps: number
  readonly messageBytes: number
}

/** A thread of many runs: each adds a question and an answer to the list of messages. */
export interface ConversationWork {
  readonly kind: 'conversation'
  readonly turns: number
  readonly messageBytes: number
  /** Ordinals of the turns, counted from 1, of which a reading gives the median: the first and the last of them. */
  readonly early: readonly [first: number, last: number]
  readonly late: readonly [first: number, last: number]
}

/** A thread that is there: each superstep added a message to a list that keeps the last `window` ones. */
interface StoredThread {
  readonly checkpoints: number
  readonly window: number
  readonly messageBytes: number
}

/** The state at every checkpoint of a thread, in no order, and now and then the newest. */
export interface HistoryWork extends StoredThread {
  readonly kind: 'history'
}

/** The checkpoints of a thread as the saver lists them, no value looked at: all at once, then ten at a time. */
export interface ListingWork extends StoredThread {
  readonly kind: 'listing'
}

/** `ThreadsWork` in several processes at once, all on one file. */
export interface ProcessesWork {
  readonly kind: 'processes'
  readonly processes: number
  readonly threads: number
  readonly steps: number
}

/** One run of very many supersteps, whose memory is looked at early on and at its end. */
export interface LongRunWork {
  readonly kind: 'long-run'
  readonly steps: number
  readonly earlyStep: number
}

/** What programs do inside a running process. */
export type Work =
  | LoopWork
  | ChainWork
  | FanOutWork
  | NestedWork
  | StreamWork
  | IdleChannelWork
  | ThreadsWork
  | InvokeWork
  | HandlerWork
  | EventsWork
  | AgentWork
  | MessagesWork
  | ConversationWork
  | HistoryWork
  | ListingWork
  | ProcessesWork
  | LongRunWork

/** Work in the terms of LangChain and its savers: other engines have no counterpart. */
export type LangChainWork =
  | StreamWork
  | HandlerWork
  | EventsWork
  | AgentWork
  | MessagesWork
  | ConversationWork
  | HistoryWork
  | ListingWork
  | ProcessesWork
  | LongRunWork

/** Work that only reads: the thread is written when the program is opened. */
export type ReadingWork = HistoryWork | ListingWork

/** Importing a package in a process that has loaded nothing but the bench's own sampler. */
export interface ImportWork {
  readonly kind: 'import'
  readonly of: 'graph' | 'engine'
}

const langChainKinds: ReadonlySet<Work['kind']> = new Set([
  'stream',
  'handler',
  'events',
  'agent',
  'messages',
  'conversation',
  'history',
  'listing',
  'processes',
  'long-run',
])

/** Whether only engines of LangChain's world can do the work. */
export function isLangChainWork(work: Work): work is LangChainWork {
  return langChainKinds.has(work.kind)
}

/** Whether the work is to read a thread that is there already. */
export function isReadingWork(work: Work): work is ReadingWork {
  return work.kind === 'history' || work.kind === 'listing'
}

/** The figures by which a run is judged right; compared name by name. */
export type Result = Readonly<Record<string, number>>

/** What a program measured inside its own run, by name: for instance milliseconds of one part of it. */
export type Readings = Readonly<Record<string, number>>

interface Described {
  /** Unique, and what `--only` looks for: `loop-sync-sqlite`. */
  readonly id: string
  readonly title: string
  /** What one unit of the work is, and how many there are, for the cost of one. */
  readonly unit: { readonly name: string; readonly count: number }
  readonly expected: Result
  /** reading → the title of its column. An engine that has no such reading leaves it empty. */
  readonly readings?: Readonly<Record<string, string>>
}

export interface ProgramWorkload extends Described {
  readonly work: Work
  readonly storage: StorageKind
  /** At most this many samples of any engine. */
  readonly samples?: number
  /** At most this many samples of engines so slow that more would take minutes. */
  readonly sampleLimit?: { readonly engines: readonly string[]; readonly samples: number }
  /**
   * One run counts, on a file that holds nothing else: for work whose file or memory is what matters. Runs that do not
   * count go to another file; the `cold` engines, whose one run takes many seconds, have none.
   */
  readonly once?: { readonly cold: readonly string[] }
}

export interface ImportWorkload extends Described {
  readonly work: ImportWork
}

export type Workload = ProgramWorkload | ImportWorkload

/** Whether a program does the work inside the process. */
export function isProgramWorkload(workload: Workload): workload is ProgramWorkload {
  return workload.work.kind !== 'import'
}

/** @throws {WrongResultError} when a run did not come to what the workload expects. */
export function checkResult(where: string, expected: Result, found: Result): void {
  const names = new Set([...Object.keys(expected), ...Object.keys(found)])
  for (const name of names) {
    if (expected[name] !== found[name]) throw new WrongResultError(where, name, expected[name], found[name])
  }
}

class WrongResultError extends Error {
  readonly code = 'WRONG_RESULT'

  constructor(where: string, name: string, expected: number | undefined, found: number | undefined) {
    super(`${where} ended with ${name} = ${found ?? 'nothing'}, but ${expected ?? 'nothing'} is right.`)
    this.name = 'WrongResultError'
  }
}
