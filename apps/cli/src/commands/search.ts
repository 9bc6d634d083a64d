import type { ThreadStatus } from '@cairn/checkpoint'
import type { ThreadQuery } from '@cairn/sqlite'
import { ExitCode } from '../exit-code.ts'
import { printable } from '../format-value.ts'
import { parseKeyValue } from '../key-value.ts'
import { tableLines } from '../table.ts'
import { findThreads, openThreadsToSearch, type ThreadSummary } from '../threads.ts'
import { formatTime } from '../time.ts'
import type { Context } from './context.ts'
import { describe, paintStatus } from './threads.ts'

export interface SearchOptions {
  readonly tag?: readonly string[]
  /** `KEY=JSON` or `KEY=text`, each. */
  readonly metadata?: readonly string[]
  readonly status?: readonly ThreadStatus[]
  readonly createdAfter?: string
  readonly createdBefore?: string
  readonly updatedAfter?: string
  readonly updatedBefore?: string
  readonly limit?: number
  readonly cursor?: string
}

/** Finds threads by labels, status, times, and words in their newest state. */
export async function searchThreads(
  words: readonly string[],
  options: SearchOptions,
  context: Context,
): Promise<ExitCode> {
  const { output } = context
  const threads = openThreadsToSearch(context)
  try {
    const { threads: found, cursor } = await findThreads(threads, queryOf(words, options))
    output.document({
      threads: found.map((summary) => ({ ...describe(summary), match: summary.match ?? null })),
      cursor: cursor ?? null,
    })
    if (found.length === 0) output.notes(['No thread is like that.'])
    else output.lines(resultLines(found, context))
    if (cursor !== undefined) output.notes([`There are more: --cursor ${cursor}`])
    return ExitCode.finished
  } finally {
    threads.close()
  }
}

function queryOf(words: readonly string[], options: SearchOptions): ThreadQuery {
  const { tag, metadata, status, limit = 20, cursor, ...times } = options
  return {
    limit,
    ...(words.length > 0 && { text: words.join(' ') }),
    ...(tag !== undefined && { tags: tag }),
    ...(metadata !== undefined && { metadata: Object.fromEntries(metadata.map(parseKeyValue)) }),
    ...(status !== undefined && { status }),
    ...(cursor !== undefined && { cursor }),
    ...(times.createdAfter !== undefined && { createdAfter: times.createdAfter }),
    ...(times.createdBefore !== undefined && { createdBefore: times.createdBefore }),
    ...(times.updatedAfter !== undefined && { updatedAfter: times.updatedAfter }),
    ...(times.updatedBefore !== undefined && { updatedBefore: times.updatedBefore }),
  }
}

function resultLines(found: readonly ThreadSummary[], { output }: Context): string[] {
  const columns = [
    { head: 'thread', cell: ({ threadId }: ThreadSummary) => printable(threadId) },
    { head: 'status', cell: ({ status }: ThreadSummary) => paintStatus(status, output.colors) },
    { head: 'next', cell: ({ next }: ThreadSummary) => next.join(', ') },
    {
      head: 'last update',
      cell: ({ updatedAt }: ThreadSummary) => formatTime(updatedAt, output.stdout.isTerminal),
    },
    { head: 'tags', cell: ({ tags }: ThreadSummary) => tags.map(printable).join(', ') },
    {
      head: 'found in',
      cell: ({ match }: ThreadSummary) =>
        match === undefined ? '' : `${printable(match.channel)}: ${printable(match.excerpt)}`,
    },
  ]
  const rows = found.map((summary) => columns.map(({ cell }) => cell(summary)))
  // Without tags or words, no empty columns.
  const shown = columns.map((_, index) => index < 4 || rows.some((row) => row[index] !== ''))
  const visible = <Cell>(row: readonly Cell[]): Cell[] => row.filter((_, index) => shown[index])
  return tableLines(
    visible(columns.map(({ head }) => head)),
    rows.map(visible),
    { column: shown.filter(Boolean).length - 1, cutAt: 'end' },
    output,
  )
}
