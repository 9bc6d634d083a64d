/** What is compared of a task in the snapshot of a state. */
interface ShownTask {
  readonly name: string
  readonly interrupts: readonly unknown[]
  readonly result?: unknown
}

interface Snapshot {
  readonly next: readonly string[]
  readonly tasks: readonly ShownTask[]
}

export function isSnapshot(value: object): value is Snapshot {
  return 'next' in value && Array.isArray(value.next) && 'tasks' in value && Array.isArray(value.tasks)
}

/**
 * The snapshot with every task that waits for an answer among the next, and without the questions of tasks that have
 * finished. LangGraph leaves out those that were answered before and have asked again, and shows answered questions;
 * Cairn does not: see state/open-questions.test.ts.
 */
export function withOpenTasks<Given extends Snapshot>(snapshot: Given): Given {
  const tasks = snapshot.tasks.map((task) => (task.result === undefined ? task : { ...task, interrupts: [] }))
  const { next } = snapshot
  const isOpen = ({ interrupts, result }: ShownTask) => interrupts.length > 0 && result === undefined
  const missing = new Map<string, number>()
  for (const { name } of tasks.filter(isOpen)) missing.set(name, (missing.get(name) ?? 0) + 1)
  for (const name of next) missing.set(name, (missing.get(name) ?? 0) - 1)
  const left = [...missing].flatMap(([name, count]) => Array<string>(Math.max(count, 0)).fill(name))
  if (!tasks.some(isOpen)) return { ...snapshot, tasks }
  const names = tasks.map(({ name }) => name)
  return {
    ...snapshot,
    tasks,
    next: [...next, ...left].toSorted((a, b) => names.indexOf(a) - names.indexOf(b)),
  }
}
