import type { StoredTask } from '@cairn/checkpoint'
import { nextNodes, openQuestions, statusOf, viewThread, type CheckpointView } from '../checkpoint-view.ts'
import { ExitCode } from '../exit-code.ts'
import { findCheckpoint } from '../find-checkpoint.ts'
import { formatState, formatValue } from '../format-value.ts'
import type { Output } from '../output.ts'
import { openThreadsToRead, requireHead } from '../threads.ts'
import { formatTime } from '../time.ts'
import type { Context } from './context.ts'
import { paintStatus } from './threads.ts'

export interface ShowOptions {
  readonly thread: string
  /** A step, or an id, or the beginning or end of one; the newest checkpoint by default. */
  readonly at?: string
}

/** Shows one checkpoint of a thread: its values, what comes next, and what is asked. */
export async function showCheckpoint(options: ShowOptions, context: Context): Promise<ExitCode> {
  const { output, invocation } = context
  const threads = openThreadsToRead(context)
  try {
    const head = await requireHead(threads, options.thread, invocation)
    const view =
      options.at === undefined
        ? head
        : findCheckpoint(options.at, await viewThread(threads.saver, options.thread))
    output.document(describe(view, view.id === head.id))
    output.lines(print(view, view.id === head.id, output))
    return ExitCode.finished
  } finally {
    threads.close()
  }
}

function describe(view: CheckpointView, isHead: boolean): object {
  return {
    thread: view.threadId,
    checkpoint: view.id,
    parent: view.parentId ?? null,
    step: view.step,
    source: view.source,
    createdAt: view.createdAt,
    status: isHead ? statusOf(view) : null,
    values: view.values,
    next: nextNodes(view),
    tasks: view.tasks.map(({ id, node, state }) => ({ id, node: node ?? null, ...state })),
    questions: openQuestions(view),
    metadata: view.metadata,
  }
}

function print(view: CheckpointView, isHead: boolean, output: Output): string[] {
  const { colors, stdout } = output
  const format = { colors, width: stdout.width }
  const title = (text: string): string => colors.underline(text)
  const status = isHead ? `, ${paintStatus(statusOf(view), colors)}` : ''
  return [
    `${colors.bold(view.threadId)}  step ${view.step}${status}`,
    colors.dim(`checkpoint ${view.id}, ${view.source}, ${formatTime(view.createdAt, stdout.isTerminal)}`),
    '',
    title('values'),
    ...formatState(view.values, format),
    ...(view.tasks.length === 0
      ? []
      : ['', title('next'), ...view.tasks.flatMap((task) => printTask(task, isHead, output))]),
    '',
    title('metadata'),
    ...formatState(view.metadata, format),
  ]
}

function printTask(
  { node = '?', id, state }: StoredTask,
  isHead: boolean,
  { colors, stdout }: Output,
): string[] {
  const line = (text: string): string => `${colors.bold(node)}  ${text}  ${colors.dim(`task ${id}`)}`
  const format = { colors, width: stdout.width - 4 }
  switch (state.kind) {
    case 'due':
      return [line('due')]
    case 'done':
      return [line(isHead ? 'done, its writes are kept' : 'ran')]
    case 'failed':
      return [line(colors.red('failed')), `    ${state.name}: ${state.message}`]
    case 'waiting':
      return [
        line(colors.yellow('asks')),
        ...state.questions.flatMap(({ id: questionId, value }) => [
          `    ${colors.dim(`question ${questionId}`)}`,
          ...formatValue(value, format).map((text) => `    ${text}`),
        ]),
      ]
  }
}
