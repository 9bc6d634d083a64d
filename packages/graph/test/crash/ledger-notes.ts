import type { LangGraphRunnableConfig } from '@langchain/langgraph'
import type { Ledger } from '@cairn/testing/crash'

type Node<State, Update> = (state: State, config: LangGraphRunnableConfig) => Update

/** Lets nodes note in a ledger that they run, and keeps count of the turns of the event loop for them. */
export class LedgerNotes {
  readonly #ledger: Ledger
  #runs = 0
  #turn = 0
  /** line → the superstep in which it was seen last. */
  readonly #steps = new Map<string, unknown>()

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  /** To be called before each call of the graph. */
  beginRun(): void {
    this.#runs++
  }

  /** Waits until the event loop has turned this often. */
  async turns(count: number): Promise<void> {
    for (let left = count; left > 0; left--) await new Promise((resolve) => setImmediate(resolve))
    this.#turn++
  }

  /** The node, with lines in the ledger before and after it. `detail` tells tasks of one node and superstep apart. */
  noting<State, Update>(
    body: Node<State, Update>,
    detail: (state: State) => string = () => '',
  ): Node<State, Update> {
    return (state, config) => {
      const {
        langgraph_node: node,
        langgraph_step: step,
        langgraph_checkpoint_ns: namespace,
      } = config.metadata!
      const path = String(namespace).split('|')
      this.#beginSuperstep(path.slice(0, -1).join('|'), step)
      const names = path.map((part) => part.split(':')[0]).join('|')
      const task = `${names} ${String(step)} ${detail(state)}`.trim()
      const taskId = config.executionInfo?.taskId
      if (taskId === undefined) throw new Error(`Node "${String(node)}" was not told its task id.`)
      this.#note('started', taskId, task)
      const update = body(state, config)
      if (!(update instanceof Promise)) {
        this.#note('ended', taskId, task)
        return update
      }
      return update.then((late: unknown) => {
        this.#note('ended', taskId, task)
        return late
      }) as Update
    }
  }

  #beginSuperstep(line: string, step: unknown): void {
    if (this.#steps.has(line) && this.#steps.get(line) !== step) this.#turn++
    this.#steps.set(line, step)
  }

  #note(kind: 'started' | 'ended', taskId: string, task: string): void {
    this.#ledger.note({ kind, run: `${process.pid}.${this.#runs}`, taskId, task, turn: this.#turn })
  }
}
