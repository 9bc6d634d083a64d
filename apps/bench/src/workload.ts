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

/** Work in LangChain's own terms: other engines have no counterpart. */
export type LangChainWork = StreamWork | HandlerWork | EventsWork | AgentWork

/** Importing a package in a process that has loaded nothing but the bench's own sampler. */
export interface ImportWork {
  readonly kind: 'import'
  readonly of: 'graph' | 'engine'
}

const langChainKinds: ReadonlySet<Work['kind']> = new Set(['stream', 'handler', 'events', 'agent'])

/** Whether only engines of LangChain's world can do the work. */
export function isLangChainWork(work: Work): work is LangChainWork {
  return langChainKinds.has(work.kind)
}

/** The figures by which a run is judged right; compared name by name. */
export type Result = Readonly<Record<string, number>>

interface Described {
  /** Unique, and what `--only` looks for: `loop-sync-sqlite`. */
  readonly id: string
  readonly title: string
  /** What one unit of the work is, and how many there are, for the cost of one. */
  readonly unit: { readonly name: string; readonly count: number }
  readonly expected: Result
}

export interface ProgramWorkload extends Described {
  readonly work: Work
  readonly storage: StorageKind
  /** At most this many samples of engines so slow that more would take minutes. */
  readonly sampleLimit?: { readonly engines: readonly string[]; readonly samples: number }
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
