// A random program as plain data, so that a failure prints all that is needed to run it again.

/**
 * What a node does. `writes` streams a chunk of its own, `says` adds a message, `replaces` overwrites the log; `calls`
 * runs two tasks, `taskAsks` one that asks; `cached` need not run again for an input that it has seen; `retried` fails
 * at its first attempt, `handled` always, before its error handler takes over; `fails` fails the first time, after
 * everybody else has settled; `leaves`, in a nested graph, updates the graph around it.
 */
export type Act =
  | 'notes'
  | 'later'
  | 'asks'
  | 'asksTwice'
  | 'nothing'
  | 'writes'
  | 'says'
  | 'replaces'
  | 'calls'
  | 'taskAsks'
  | 'cached'
  | 'retried'
  | 'handled'
  | 'fails'
  | 'leaves'

/** A graph within a node: its nodes in a row, or side by side. */
export interface ChildProgram {
  readonly nodes: readonly InnerNode[]
  readonly isParallel: boolean
  readonly checkpointer: boolean | undefined
  /** Whose graph it is when the graph around it is Cairn's. */
  readonly engine: 'Cairn' | 'LangGraph'
  /** How often the node calls the graph; when it does not, the graph is the node. */
  readonly calls: 0 | 1 | 2
  /** Stops before its last node. */
  readonly hasBreakpoint: boolean
  /** Where a node of it that `leaves` goes in the graph around, if anywhere. */
  readonly leavesTo: number | undefined
}

export interface InnerNode {
  readonly act: Act
  readonly child: ChildProgram | undefined
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

/** As whom an edit writes: a node, nobody in particular, or one of the special forms. */
export type Editor = number | 'anybody' | '__start__' | '__end__' | '__input__' | '__copy__'

export interface RunOptions {
  readonly durability?: 'sync' | 'async' | 'exit'
  readonly interruptBefore?: '*'
  readonly interruptAfter?: '*'
}

/** What is done with the thread. A number picks one of what there is, such as a checkpoint or an answer. */
export type Turn =
  | {
      readonly kind: 'go'
      readonly choice: number
      readonly options: RunOptions
      readonly isStreamed: boolean
    }
  /** Runs on from a checkpoint of the past: with nothing, with new input, or elsewhere. */
  | {
      readonly kind: 'travel'
      readonly to: number
      readonly input: 'null' | 'input' | 'command'
      readonly options: RunOptions
    }
  | { readonly kind: 'edit'; readonly at: number | undefined; readonly as: Editor; readonly isEmpty: boolean }
  /** Several supersteps of edits. */
  | { readonly kind: 'edits'; readonly supersteps: readonly (readonly number[])[] }
  /** Edits the state of a nested graph that has stopped, or runs on from one of its checkpoints. */
  | { readonly kind: 'editInside'; readonly choice: number }
  | { readonly kind: 'travelInside'; readonly choice: number; readonly options: RunOptions }
  | { readonly kind: 'look'; readonly at: number; readonly limit: number }

/** What a thread is kept in: LangGraph's saver on both sides, one of Cairn's, or LangGraph's with engines in turns. */
export type Keeping = "LangGraph's" | "Cairn's" | 'sqlite' | 'in turns'

export interface Program {
  readonly state: 'folded' | 'delta'
  readonly nodes: readonly NodeProgram[]
  readonly links: readonly Link[]
  readonly before: readonly number[]
  readonly after: readonly number[]
  readonly keeping: Keeping
  readonly turns: readonly Turn[]
}

export function nameOf(node: number): string {
  return node === -1 ? '__start__' : `n${node}`
}

/** Everything that nodes of the program do, those of nested graphs included. */
export function actsOf({ nodes }: Pick<Program, 'nodes'>): readonly Act[] {
  return nodes.flatMap(actsOfNode)
}

export function actsOfNode({ act, child }: InnerNode): readonly Act[] {
  return child === undefined ? [act] : child.nodes.flatMap(actsOfNode)
}

/** The nested graphs of a node, with their paths of names, such as `n1c0`. */
export function childrenOf(name: string, { child }: InnerNode): readonly (readonly [string, ChildProgram])[] {
  if (child === undefined) return []
  return [[name, child], ...child.nodes.flatMap((inner, index) => childrenOf(`${name}c${index}`, inner))]
}

export function isQuestion(act: Act): boolean {
  return act === 'asks' || act === 'asksTwice' || act === 'taskAsks'
}
