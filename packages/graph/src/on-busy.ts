// What a run does that finds its thread in use, as users say it: an option of each run, with a default per graph.
import type { OnBusy } from '@cairn/engine'

export type { OnBusy } from '@cairn/engine'

// Where LangGraph's own options come together: those of runs, of `updateState`, and what `withConfig` binds.
declare module '@langchain/core/callbacks/manager' {
  interface BaseCallbackConfig {
    /**
     * What to do when another run has the thread. `reject`: fail with a `ThreadBusyError`. `wait`: queue for it.
     * `interrupt`: ask that run to stop before its next superstep, which keeps what it has done, and queue.
     * @default what the graph was compiled with, or 'reject'
     */
    onBusy?: OnBusy
  }
}

const all: readonly unknown[] = ['reject', 'wait', 'interrupt'] satisfies OnBusy[]

/** @throws {TypeError} for something else */
export function checkOnBusy(given: unknown): void {
  if (given === undefined || all.includes(given)) return
  const shown = typeof given === 'string' ? `"${given}"` : `a value of type ${typeof given}`
  throw new TypeError(`"onBusy" must be "reject", "wait" or "interrupt", but is ${shown}.`)
}
