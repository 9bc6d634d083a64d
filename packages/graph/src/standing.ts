import type { CheckpointTuple, StateSnapshot } from '@langchain/langgraph'
import {
  NULL_TASK_ID,
  advance,
  dueTasks,
  isTaskOutput,
  restoreState,
  type AppliedTask,
  type Due,
  type Plan,
  type State,
  type StoredCheckpoint,
  type Write,
} from '@cairn/engine'
import { fromTuple } from './langgraph/saver-store.ts'

type ShownTask = StateSnapshot['tasks'][number]

/** The checkpoint of a thread, and its nodes that are due next. */
export class Standing {
  readonly #plan: Plan
  readonly #loaded: StoredCheckpoint

  /** Remembers the record as it is: whoever makes a snapshot from it changes it. */
  constructor(plan: Plan, saved: CheckpointTuple) {
    const { versions, seen, ...rest } = fromTuple(saved, { threadId: '', namespace: '' })
    this.#plan = plan
    this.#loaded = { ...rest, versions: { ...versions }, seen: structuredClone(seen) }
  }

  /**
   * Nodes that are due once its superstep is over, of which every task has finished, though the checkpoint was never
   * made. `undefined` while a task has not finished.
   */
  nodesAfterSuperstep(tasks: readonly ShownTask[]): string[] | undefined {
    const plan = this.#plan
    const state = this.#start()
    const applied: AppliedTask[] = []
    for (const due of dueTasks(plan, state, undefined)) {
      const shown = tasks.find((task) => isTaskOf(due, task))
      const writes = shown === undefined ? [] : this.#outputOf(shown.id)
      if (writes.length === 0) return undefined
      applied.push({ node: due.node, fired: due.kind === 'trigger' ? due.fired : [], writes })
    }
    return dueTasks(plan, advance(plan, state, applied).state, undefined).map(({ node }) => node.name)
  }

  /** The state from which the tasks started, with what commands have written since. */
  #start(): State {
    const restored = restoreState(this.#plan, this.#loaded)
    const writes = this.#outputOf(NULL_TASK_ID)
    return writes.length === 0
      ? restored
      : advance(this.#plan, restored, [{ node: undefined, fired: [], writes }]).state
  }

  #outputOf(id: string): Write[] {
    return this.#loaded.writes.flatMap(([taskId, channel, value]): Write[] =>
      taskId === id && isTaskOutput(channel) ? [[channel, value]] : [],
    )
  }
}

function isTaskOf(due: Due, { name, path }: ShownTask): boolean {
  if (name !== due.node.name) return false
  return due.kind === 'send'
    ? path?.[0] === '__pregel_push' && path[1] === due.index
    : path?.[0] === '__pregel_pull'
}
