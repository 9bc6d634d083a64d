import { relative } from 'node:path'
import type { ThreadStatus } from '@cairn/checkpoint'
import { ExitCode } from '../exit-code.ts'
import { printable } from '../format-value.ts'
import type { Colors } from '../output.ts'
import { tableLines } from '../table.ts'
import { listThreads, openThreadsToSearch, type ThreadSummary } from '../threads.ts'
import { formatTime } from '../time.ts'
import type { Context } from './context.ts'

/** Lists the threads of a database, the one with the newest checkpoint first. */
export async function showThreads(context: Context): Promise<ExitCode> {
  const { output, database } = context
  const threads = openThreadsToSearch(context)
  try {
    const summaries = await listThreads(threads)
    output.document(summaries.map(describe))
    if (summaries.length === 0) output.notes([`${database} holds no threads.`])
    else {
      const rows = summaries.map(({ threadId, status, step, next, updatedAt, graph }) => [
        printable(threadId),
        paintStatus(status, output.colors),
        String(step),
        next.join(', '),
        formatTime(updatedAt, output.stdout.isTerminal),
        graph === undefined ? '' : relative(process.cwd(), graph),
      ])
      output.lines(
        tableLines(
          ['thread', 'status', 'step', 'next', 'last update', 'graph'],
          rows,
          { column: 5, cutAt: 'start' },
          output,
        ),
      )
    }
    return ExitCode.finished
  } finally {
    threads.close()
  }
}

/** The status as people see it, in its colour. */
export function paintStatus(status: ThreadStatus, colors: Colors): string {
  const paint = {
    finished: colors.green,
    interrupted: colors.yellow,
    failed: colors.red,
    stopped: colors.magenta,
  }
  return paint[status](status)
}

/** For `--json`. */
export function describe(summary: ThreadSummary): object {
  const { threadId, status, step, next, tasks, updatedAt, checkpointId, graph, tags, metadata } = summary
  return {
    thread: threadId,
    status,
    step,
    next,
    tasks,
    updatedAt,
    checkpoint: checkpointId,
    graph: graph ?? null,
    tags,
    metadata,
  }
}
