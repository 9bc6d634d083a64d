import type { Ids } from './ids.ts'
import type { Journal } from './journal.ts'
import type { Task, TaskNaming } from './task.ts'

/** What the name of a task is made from: where its run stands. */
export interface NamingPlace {
  readonly journal: Journal
  /** Number of the superstep. */
  readonly step: number
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
    const { journal, step } = this.#place
    if (!journal.isKeeping) return this.#ids.passingId()
    const head = [this.#nameInLine(task), String(step), task.name]
    return this.#ids.taskId(journal.checkpointId, JSON.stringify([...head, ...distinguishing(task)]))
  }

  /** Where a task, and what it keeps in lines of its own, belongs: `node:id`, after the namespace around it. */
  namespaceOf(task: Task): string {
    return `${this.#nameInLine(task)}:${task.id}`
  }

  #nameInLine(task: Task): string {
    const around = this.#namespaceAround(task)
    return around === '' ? task.name : `${around}|${task.name}`
  }

  #namespaceAround({ origin }: Task): string {
    switch (origin.kind) {
      case 'call':
        return this.namespaceOf(origin.caller)
      case 'handler':
        return this.namespaceOf(origin.failed)
      default:
        return this.#place.journal.line.namespace
    }
  }
}

/** What tells a task from others of its node and superstep. */
function distinguishing({ origin, node }: Task): unknown[] {
  switch (origin.kind) {
    case 'trigger':
      return ['__pregel_pull', [node.triggers[origin.fired[0]!]]]
    case 'send':
      return ['__pregel_push', String(origin.index)]
    case 'handler':
      return ['__pregel_push', 'node_error_handler', origin.failed.id]
    case 'call':
      return ['__pregel_push', origin.caller.pathParts, origin.index]
  }
}
