import { appendFileSync, existsSync, readFileSync } from 'node:fs'

/** That a task began to run, or came to its end: what it notes itself. */
export interface Execution {
  readonly kind: 'started' | 'ended'
  /** Which run it was in: another one for each call of the graph in each process. */
  readonly run: string
  readonly taskId: string
  /** What is to be done, whatever ids it has: the same as in a run that is not killed. */
  readonly task: string
  /**
   * Grows within a run whenever the event loop has turned, or a superstep has begun: what ended before that has to
   * be in the store.
   */
  readonly turn: number
}

/** A file outside of the store to which tasks add a line each time they run. */
export class Ledger {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /** When it returns, the line survives the death of the process. */
  note(execution: Execution): void {
    appendFileSync(this.path, `${JSON.stringify(execution)}\n`)
  }

  /** All that was noted so far, in its order. */
  read(): Execution[] {
    if (!existsSync(this.path)) return []
    const lines = readFileSync(this.path, 'utf8').split('\n').slice(0, -1)
    return lines.map((line) => JSON.parse(line) as Execution)
  }
}
