import type { PlanNode } from './plan.ts'
import type { Write } from './write.ts'

/** Why a task runs. */
export type TaskOrigin =
  /** Channels that its node subscribes to were written: positions among the node's triggers, first one first. */
  | { readonly kind: 'trigger'; readonly fired: readonly number[] }
  /** A task of the superstep before sent to its node. */
  | { readonly kind: 'send'; readonly index: number }
  /** It handles the failure of another task of its superstep. */
  | { readonly kind: 'handler'; readonly failed: Task; readonly error: unknown }
  /** Another task of its superstep called it. */
  | { readonly kind: 'call'; readonly caller: Task; readonly index: number; readonly name: string }

/** One question that a task stopped with. `id` is unique among the thread's open questions. */
export interface Question {
  readonly id?: string | undefined
  readonly value?: unknown
}

export type TaskOutcome =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'done' }
  /** It asks; the answers so far are kept with the questions. */
  | { readonly kind: 'interrupted'; readonly questions: readonly Question[] }
  /** It stopped to tell something to the graph around this one. */
  | { readonly kind: 'escaped'; readonly signal: Error; readonly isPaused: boolean }
  | { readonly kind: 'failed'; readonly error: unknown }

const nothingFired: readonly number[] = []
const waiting: TaskOutcome = { kind: 'waiting' }

/** What names tasks: known to the run, computed only when somebody asks. */
export interface TaskNaming {
  /** Unique, and the same whenever the same task is prepared again from the same checkpoint. */
  taskId(task: Task): string
}

/** One run of one node in one superstep. */
export class Task {
  readonly node: PlanNode
  readonly origin: TaskOrigin
  readonly input: unknown
  /** Complete once the outcome is not `waiting`. */
  writes: readonly Write[] = []
  outcome: TaskOutcome = waiting
  /** Found in the store, not run now. */
  isRestored = false
  /** Its own, or its node's; a called task has only its own, and one that handles a failure has none. */
  readonly timeout: PlanNode['timeout']
  readonly #naming: TaskNaming
  #id: string | undefined
  #path: string | undefined

  constructor(
    node: PlanNode,
    origin: TaskOrigin,
    input: unknown,
    naming: TaskNaming,
    timeout?: PlanNode['timeout'],
  ) {
    this.node = node
    this.origin = origin
    this.input = input
    this.timeout = timeout ?? (origin.kind === 'trigger' || origin.kind === 'send' ? node.timeout : undefined)
    this.#naming = naming
  }

  get name(): string {
    return this.origin.kind === 'call' ? this.origin.name : this.node.name
  }

  get id(): string {
    return (this.#id ??= this.#naming.taskId(this))
  }

  /** Positions of the triggers that made the node due. */
  get fired(): readonly number[] {
    return this.origin.kind === 'trigger' ? this.origin.fired : nothingFired
  }

  /** Orders the tasks of a superstep by code point: triggered ones by name, sent ones by index, called ones last. */
  get path(): string {
    return (this.#path ??= pathText(this.pathParts))
  }

  /** The path in its parts, as LangGraph spells it. */
  get pathParts(): TaskPath {
    const { origin } = this
    switch (origin.kind) {
      case 'trigger':
        return ['__pregel_pull', this.node.name]
      case 'send':
        return ['__pregel_push', origin.index, false]
      case 'handler':
        return [...origin.failed.pathParts.slice(0, 3), 'node_error_handler', false]
      case 'call':
        return ['__pregel_push', origin.caller.pathParts, origin.index, true]
    }
  }

  get isSettled(): boolean {
    return this.outcome.kind !== 'waiting'
  }

  get questions(): readonly Question[] {
    return this.outcome.kind === 'interrupted' ? this.outcome.questions : []
  }

  settle(writes: readonly Write[], outcome: TaskOutcome): void {
    this.writes = writes
    this.outcome = outcome
  }

  /** Takes its own writes as their channels take them. */
  accept(writes: readonly Write[]): void {
    this.writes = writes
  }

  /** Takes what an earlier run of this task stored, so that it does not run again. */
  restore(writes: readonly Write[]): void {
    this.writes = writes
    this.outcome = { kind: 'done' }
    this.isRestored = true
  }
}

export type TaskPath = readonly (string | number | boolean | TaskPath)[]

/** `~` and the parts joined by `, `; numbers padded to ten digits, booleans as numbers. */
export function pathText(part: TaskPath[number]): string {
  switch (typeof part) {
    case 'string':
      return part
    case 'number':
    case 'boolean':
      return String(Number(part)).padStart(10, '0')
    default:
      return `~${part.map(pathText).join(', ')}`
  }
}

/** Orders tasks for the barrier. */
export function byPath(a: Task, b: Task): number {
  if (a.origin.kind === 'trigger' && b.origin.kind === 'trigger') return a.node.rank - b.node.rank
  if (a.origin.kind === 'send' && b.origin.kind === 'send') return a.origin.index - b.origin.index
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0
}
