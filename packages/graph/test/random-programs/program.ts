// A random program as plain data, so that a failure prints all that is needed to run it again.

/**
 * What a node does. `calls` runs two tasks; `retried` fails at its first attempt, `handled` always, before its error
 * handler takes over; `fails` fails the first time, after everybody else has settled.
 */
export type Act =
  | 'notes'
  | 'later'
  | 'asks'
  | 'asksTwice'
  | 'nothing'
  | 'calls'
  | 'retried'
  | 'handled'
  | 'fails'

/** A graph within a node: its nodes in a row, or side by side. */
export interface ChildProgram {
  readonly acts: readonly Act[]
  readonly isParallel: boolean
  readonly checkpointer: boolean | undefined
  /** Whose graph it is when the graph around it is Cairn's. */
  readonly engine: 'Cairn' | 'LangGraph'
}

export interface NodeProgram {
  readonly act: Act
  /** Writes a key that takes one value per superstep. */
  readonly writesLast: boolean
  readonly isDeferred: boolean
  /** Nodes that it goes to by a command, when it has run less often than that. */
  readonly goTo: readonly number[]
  readonly child: ChildProgram | undefined
}

/** How tasks follow each other. Nodes are numbers; -1 is the start. */
export type Link =
  | { readonly kind: 'edge'; readonly from: number; readonly to: number }
  | { readonly kind: 'join'; readonly from: readonly number[]; readonly to: number }
  | { readonly kind: 'route'; readonly from: number; readonly to: readonly number[]; readonly rule: Rule }
  | { readonly kind: 'send'; readonly from: number; readonly to: number; readonly count: number }

/** When a route is taken: always, by what the log holds, or while it is short. */
export type Rule = 'always' | 'odd' | 'even' | { readonly whileShorterThan: number }

export interface Program {
  readonly nodes: readonly NodeProgram[]
  readonly links: readonly Link[]
  readonly before: readonly number[]
  readonly after: readonly number[]
  /** One number per turn of the thread; it decides what the thread is given. */
  readonly turns: readonly number[]
}

export function nameOf(node: number): string {
  return node === -1 ? '__start__' : `n${node}`
}
