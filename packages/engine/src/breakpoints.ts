import { INTERRUPT } from './control.ts'
import type { Plan } from './plan.ts'
import { versionsBySlot } from './state.ts'
import type { State } from './state.ts'
import type { SeenVersions, StoredCheckpoint } from './store.ts'
import type { Task } from './task.ts'

/** Nodes at which a run stops; `*` for all that are not hidden. */
export type BreakpointNodes = readonly string[] | '*'

/** Static breakpoints. One that stopped a run lets the next run pass: they wait for something newer. */
export class Breakpoints {
  /** By channel slot: the versions that the thread had when it was last resumed. */
  #passed: readonly number[]

  constructor(plan: Plan, loaded: StoredCheckpoint | undefined) {
    this.#passed = versionsBySlot(plan, loaded?.seen[INTERRUPT] ?? {})
  }

  /** The run goes on from here, whatever stopped it. */
  pass(state: State): void {
    this.#passed = state.versions
  }

  /** Versions moved, though nobody wrote: `seen` is what the thread had when it was last resumed, moved likewise. */
  move(plan: Plan, seen: SeenVersions): void {
    this.#passed = versionsBySlot(plan, seen[INTERRUPT] ?? {})
  }

  stop(nodes: BreakpointNodes | undefined, state: State, tasks: readonly Task[]): boolean {
    if (nodes === undefined || nodes.length === 0) return false
    const isListed = ({ node }: Task) => (nodes === '*' ? node.isHidden !== true : nodes.includes(node.name))
    return state.versions.some((version, slot) => version > this.#passed[slot]!) && tasks.some(isListed)
  }
}
