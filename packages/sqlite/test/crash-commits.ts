import type { Commit, StoredCheckpoint } from '@cairn/engine'
import { checkpointAt, checkpointId, line, taskId, writesOf } from './commits.ts'

/** Some tasks of the checkpoint before, and the checkpoint: short and long values, some that stay for long. */
export function commitNumber(number: number): Commit {
  const checkpoint = checkpointAt(number, {
    changed: {
      number,
      ...(number % 3 === 0 && { long: longValue(number) }),
      ...(number % 50 === 0 && { lasting: `since ${number}` }),
    },
    versions: { number: number + 1 },
  })
  return { line, writes: number === 0 ? [] : tasksOf(number - 1), checkpoint }
}

/** What the checkpoint with this number holds once the next commit is there, too. */
export function expectedAt(number: number): Partial<StoredCheckpoint> {
  return {
    id: checkpointId(number),
    parentId: number === 0 ? undefined : checkpointId(number - 1),
    versions: { number: number + 1 },
    values: {
      number,
      long: longValue(number - (number % 3)),
      lasting: `since ${number - (number % 50)}`,
    },
    writes: tasksOf(number).flatMap(({ taskId: id, writes }) =>
      writes.map(([channel, value]) => [id, channel, value] as const),
    ),
  }
}

function tasksOf(number: number): Commit['writes'] {
  return Array.from({ length: 1 + (number % 3) }, (_, index) =>
    writesOf(
      taskId(index),
      [
        ['number', number + 1],
        ['long', longValue(number)],
      ],
      { checkpointId: checkpointId(number) },
    ),
  )
}

function longValue(number: number): string {
  return `${number} `.repeat(1000)
}
