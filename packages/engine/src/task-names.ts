import type { Ids } from './ids.ts'
import type { Journal } from './journal.ts'
import type { Task, TaskNaming, TaskPath } from './task.ts'
import type { FormerNames } from './versions/former-names.ts'

/** What the name of a task is made from: where its run stands. */
export interface NamingPlace {
  readonly journal: Journal
  /** Number of the superstep. */
  readonly step: number
  /** For tasks that had begun before their thread was migrated. */
  readonly formerNames: FormerNames | undefined
}

/** Names tasks as LangGraph does, so that what either engine kept of a task is found by the other. */
export class TaskNames implements TaskNaming {
  readonly #place: NamingPlace
  readonly #ids: Ids

  constructor(place: NamingPlace, ids: Ids) {
    this.#place = place
    this.#ids = ids
  }

  taskId(task: Task): string {
    const { journal, step, formerNames } = this.#place
    if (!journal.isKeeping) return this.#ids.passingId()
    const head = [this.#nameInLine(task), String(formerNames?.step ?? step), this.#nameOf(task)]
    const text = JSON.stringify([...head, ...this.#distinguishing(task)])
    return this.#ids.taskId(formerNames?.checkpoint ?? journal.checkpointId, text)
  }

  /** Where a task, and what it keeps in lines of its own, belongs: `node:id`, after the namespace around it. */
  namespaceOf(task: Task): string {
    return `${this.#nameInLine(task)}:${task.id}`
  }

  #nameInLine(task: Task): string {
    const around = this.#namespaceAround(task)
    const name = this.#nameOf(task)
    return around === '' ? name : `${around}|${name}`
  }

  /** As it was when the task began. */
  #nameOf({ name, origin }: Task): string {
    return origin.kind === 'call' ? name : (this.#place.formerNames?.nodes[name] ?? name)
  }

  #namespaceAround({ origin }: Task): string {
    const { journal, formerNames } = this.#place
    switch (origin.kind) {
      case 'call':
        return this.namespaceOf(origin.caller)
      case 'handler':
        return this.namespaceOf(origin.failed)
      default:
        return formerNames?.namespace ?? journal.line.namespace
    }
  }

  /** What tells a task from others of its node and superstep. */
  #distinguishing({ origin, node }: Task): unknown[] {
    switch (origin.kind) {
      case 'trigger': {
        const trigger = node.triggers[origin.fired[0]!]!
        return ['__pregel_pull', [this.#place.formerNames?.channels[trigger] ?? trigger]]
      }
      case 'send':
        return ['__pregel_push', String(this.#indexOf(origin.index))]
      case 'handler':
        return ['__pregel_push', 'node_error_handler', origin.failed.id]
      case 'call':
        return ['__pregel_push', this.#pathOf(origin.caller), origin.index]
    }
  }

  #indexOf(index: number): number {
    return this.#place.formerNames?.sends?.[index] ?? index
  }

  #pathOf(task: Task): TaskPath {
    const { origin, pathParts } = task
    if (this.#place.formerNames === undefined) return pathParts
    switch (origin.kind) {
      case 'trigger':
        return ['__pregel_pull', this.#nameOf(task)]
      case 'send':
        return ['__pregel_push', this.#indexOf(origin.index), false]
      case 'handler':
        return [...this.#pathOf(origin.failed).slice(0, 3), ...pathParts.slice(-2)]
      case 'call':
        return ['__pregel_push', this.#pathOf(origin.caller), origin.index, true]
    }
  }
}
