// What a run tells while it goes on. A run builds nothing for a listener that does not ask: each method is
// optional, and most cost nothing when absent.
import type { Run } from './run.ts'
import type { Task } from './task.ts'

/** Something that is no error and yet not what the graph's author meant. */
export type Diagnostic =
  | {
      readonly kind: 'stalled-join'
      readonly channel: string
      /** Who never arrived. */
      readonly missing: readonly string[]
      readonly message: string
    }
  /** A part of the thread's state that the graph has no place for: another version of it has left it. */
  | { readonly kind: 'dropped-value'; readonly message: string }

export interface RunListener {
  /** A resumed run has its state, and no superstep has run yet: none does before a promise that this returns resolves. */
  resumed?(run: Run): void | Promise<void>
  /** The tasks of the next superstep are known; none when the run is at its end. */
  planned?(run: Run, tasks: readonly Task[]): void
  /** These tasks had finished in an earlier run: they are not run again. */
  restored?(run: Run, tasks: readonly Task[]): void
  /** These tasks start now: a superstep with them, or they join the one that is under way. */
  starting?(run: Run, tasks: readonly Task[], isSuperstep: boolean): void
  /** A task has an outcome, and its writes are with the store. The state may hold them already. */
  settled?(run: Run, task: Task): void
  /** The barrier: the state holds what these tasks wrote, and the checkpoint is under way. */
  applied?(run: Run, tasks: readonly Task[]): void
  /** The run stops with questions: its state shows what finished tasks wrote, though no checkpoint does. */
  interrupted?(run: Run, tasks: readonly Task[]): void
  /** The run stops at a static breakpoint. */
  paused?(run: Run): void
  diagnosed?(run: Run, diagnostic: Diagnostic): void
}
