import type { Diagnostic, Run, RunListener, Task } from '@cairn/engine'

/** One listener that tells several. */
export function toAll(listeners: readonly RunListener[]): RunListener {
  if (listeners.length === 1) return listeners[0]!
  return {
    resumed: (run: Run) => listeners.forEach((listener) => listener.resumed?.(run)),
    planned: (run: Run, tasks: readonly Task[]) =>
      listeners.forEach((listener) => listener.planned?.(run, tasks)),
    restored: (run: Run, tasks: readonly Task[]) =>
      listeners.forEach((listener) => listener.restored?.(run, tasks)),
    starting: (run: Run, tasks: readonly Task[]) =>
      listeners.forEach((listener) => listener.starting?.(run, tasks)),
    settled: (run: Run, task: Task) => listeners.forEach((listener) => listener.settled?.(run, task)),
    applied: (run: Run, tasks: readonly Task[]) =>
      listeners.forEach((listener) => listener.applied?.(run, tasks)),
    interrupted: (run: Run, tasks: readonly Task[]) =>
      listeners.forEach((listener) => listener.interrupted?.(run, tasks)),
    paused: (run: Run) => listeners.forEach((listener) => listener.paused?.(run)),
    diagnosed: (run: Run, diagnostic: Diagnostic) =>
      listeners.forEach((listener) => listener.diagnosed?.(run, diagnostic)),
  }
}
