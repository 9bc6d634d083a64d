import type { Commit, Line, NewCheckpoint, TaskWrites, Write } from '@cairn/engine'

export const line: Line = { threadId: 'thread-1', namespace: '' }

/** UUIDs that sort in the order of their numbers. */
export function checkpointId(number: number): string {
  return `1ef${number.toString(16).padStart(5, '0')}-0000-6000-8000-000000000000`
}

export function taskId(number: number): string {
  return `${number.toString(16).padStart(8, '0')}-0000-5000-8000-00000000abcd`
}

/** The checkpoint with this number; its parent is the one before. */
export function checkpointAt(number: number, given: Partial<NewCheckpoint> = {}): NewCheckpoint {
  return {
    id: checkpointId(number),
    parentId: number === 0 ? undefined : checkpointId(number - 1),
    createdAt: new Date(Date.UTC(2026, 0, 1) + number).toISOString(),
    metadata: { source: 'loop', step: number, parents: {} },
    versions: {},
    seen: {},
    changed: {},
    removed: [],
    ...given,
  }
}

export function writesOf(
  task: string,
  writes: readonly Write[],
  given: Partial<TaskWrites> = {},
): TaskWrites {
  return { checkpointId: checkpointId(0), taskId: task, taskPath: `~${task}`, writes, ...given }
}

export function commitOf(checkpoint: NewCheckpoint, writes: readonly TaskWrites[] = []): Commit {
  return { line, writes, checkpoint }
}

/** The commit that ends a superstep of a small graph: two channels, a router, one task. */
export function superstep(number: number, changed: Readonly<Record<string, unknown>> = {}): Commit {
  const [node, next] = number % 2 === 0 ? (['plan', 'act'] as const) : (['act', 'plan'] as const)
  const task = writesOf(
    taskId(number),
    [
      ['count', number],
      ['note', `step ${number}`],
      [`branch:to:${next}`, null],
    ],
    { checkpointId: checkpointId(number - 1), taskPath: `~__pregel_pull, ${node}` },
  )
  const version = number + 1
  const versions = { count: version, note: version, 'branch:to:plan': version, 'branch:to:act': version }
  const checkpoint = checkpointAt(number, {
    versions,
    seen: { [node]: { [`branch:to:${node}`]: number } },
    changed: { count: number, note: `step ${number}`, [`branch:to:${next}`]: null, ...changed },
    removed: [`branch:to:${node}`],
  })
  return commitOf(checkpoint, number === 0 ? [] : [task])
}
