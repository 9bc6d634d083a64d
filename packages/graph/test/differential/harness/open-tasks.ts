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
 * The snapshot with every task that waits for an answer among the next. LangGraph leaves out those that were
 * answered before and have asked again, Cairn does not: see state/open-questions.test.ts.
 */
export function withOpenTasks<Given extends Snapshot>(snapshot: Given): Given {
  const { next, tasks } = snapshot
  const names = tasks.map(({ name }) => name)
  const isOpen = ({ interrupts, result }: ShownTask) => interrupts.length > 0 && result === undefined
  const left = tasks.filter((task) => isOpen(task) && !next.includes(task.name)).map(({ name }) => name)
  if (left.length === 0) return snapshot
  return { ...snapshot, next: [...next, ...left].toSorted((a, b) => names.indexOf(a) - names.indexOf(b)) }
}
