import type { StoredTask } from '@cairn/checkpoint'
import { describeChanges } from '../changes.ts'
import { namesOf, viewThread, type CheckpointView } from '../checkpoint-view.ts'
import { ExitCode } from '../exit-code.ts'
import { distinctLength } from '../find-checkpoint.ts'
import { formatShort, printable } from '../format-value.ts'
import { treeMarks } from '../history-tree.ts'
import { tableLines } from '../table.ts'
import { openThreadsToRead, requireHead } from '../threads.ts'
import type { Context } from './context.ts'

export interface HistoryOptions {
  readonly thread: string
  /** At most so many of the newest checkpoints. */
  readonly limit?: number
}

/** Lists the checkpoints of a thread, newest first, as a tree where it has forks. */
export async function showHistory(options: HistoryOptions, context: Context): Promise<ExitCode> {
  const { output, invocation } = context
  const threads = openThreadsToRead(context)
  try {
    await requireHead(threads, options.thread, invocation)
    const views = await viewThread(threads.saver, options.thread)
    const byId = new Map(views.map((view) => [view.id, view]))
    const entries = views.slice(0, options.limit).map((view) => entryFor(view, byId.get(view.parentId ?? '')))
    output.document(entries.map(({ view, ...entry }) => ({ ...describe(view), ...entry })))
    const marks = treeMarks(views)
    const idLength = output.stdout.isTerminal ? distinctLength(views.map(({ id }) => id)) : Infinity
    const hasTree = marks.some((mark) => mark !== '')
    const rows = entries.map(({ view, ran, changed }, index) => [
      ...(hasTree ? [marks[index]!] : []),
      String(view.step),
      view.id.slice(0, idLength),
      view.source,
      ran.join(', '),
      changed.map(printable).join(', '),
      view.tasks.flatMap(markTask).join(', '),
    ])
    const head = [...(hasTree ? [''] : []), 'step', 'checkpoint', 'source', 'ran', 'changed', 'next']
    output.lines(tableLines(head, rows, { column: head.indexOf('changed'), cutAt: 'end' }, output))
    return ExitCode.finished
  } finally {
    threads.close()
  }
}

interface Entry {
  readonly view: CheckpointView
  /** Nodes of the superstep that led here. */
  readonly ran: readonly string[]
  readonly changed: readonly string[]
}

function entryFor(view: CheckpointView, parent: CheckpointView | undefined): Entry {
  const isSuperstep = view.source === 'loop' && parent !== undefined
  const given =
    view.source === 'input' && view.input !== undefined ? [`input = ${formatShort(view.input, 40)}`] : []
  return {
    view,
    ran: isSuperstep ? namesOf(parent.tasks) : [],
    changed: [...given, ...describeChanges(parent, view)],
  }
}

function describe(view: CheckpointView): object {
  return {
    checkpoint: view.id,
    parent: view.parentId ?? null,
    step: view.step,
    source: view.source,
    createdAt: view.createdAt,
    next: view.tasks.map(({ node, state }) => ({ node: node ?? null, state: state.kind })),
  }
}

/** Older checkpoints' tasks are all done: there the plain name says enough. */
function markTask({ node = '?', state }: StoredTask): string[] {
  const mark = { due: '', done: '', waiting: ' (asks)', failed: ' (failed)' }[state.kind]
  return [`${node}${mark}`]
}
