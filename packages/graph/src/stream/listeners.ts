import type { Diagnostic, Run, RunListener, Task } from '@cairn/engine'

/** One listener that tells several. */
export function toAll(listeners: readonly RunListener[]): RunListener {
  return listeners.length === 1 ? listeners[0]! : new Listeners(listeners)
}

class Listeners implements RunListener {
  readonly #all: readonly RunListener[]

  constructor(all: readonly RunListener[]) {
    this.#all = all
  }

  resumed(run: Run): void | Promise<void> {
    const telling = this.#all.flatMap((listener) => listener.resumed?.(run) ?? [])
    if (telling.length > 0) return Promise.all(telling).then(() => undefined)
  }

  planned(run: Run, tasks: readonly Task[]): void {
    for (const listener of this.#all) listener.planned?.(run, tasks)
  }

  restored(run: Run, tasks: readonly Task[]): void {
    for (const listener of this.#all) listener.restored?.(run, tasks)
  }

  starting(run: Run, tasks: readonly Task[], isSuperstep: boolean): void {
    for (const listener of this.#all) listener.starting?.(run, tasks, isSuperstep)
  }

  settled(run: Run, task: Task): void {
    for (const listener of this.#all) listener.settled?.(run, task)
  }

  applied(run: Run, tasks: readonly Task[]): void {
    for (const listener of this.#all) listener.applied?.(run, tasks)
  }

  interrupted(run: Run, tasks: readonly Task[]): void {
    for (const listener of this.#all) listener.interrupted?.(run, tasks)
  }

  paused(run: Run): void {
    for (const listener of this.#all) listener.paused?.(run)
  }

  diagnosed(run: Run, diagnostic: Diagnostic): void {
    for (const listener of this.#all) listener.diagnosed?.(run, diagnostic)
  }
}
