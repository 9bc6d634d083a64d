import { nextNodes, statusOf, viewHead, type CheckpointView } from '../checkpoint-view.ts'
import { CliError } from '../cli-error.ts'
import { commandLine } from '../command-line.ts'
import { ExitCode } from '../exit-code.ts'
import { rememberGraph } from '../graph-memory.ts'
import { loadGraph } from '../load-graph.ts'
import { readJson } from '../read-json.ts'
import { reportOutcome } from '../report-outcome.ts'
import { runGraph } from '../run-graph.ts'
import { readConfig, type ConfigOption } from '../run-config.ts'
import { openThreads } from '../threads.ts'
import type { Context } from './context.ts'

export interface RunOptions extends ConfigOption {
  readonly thread: string
  /** JSON, or `@file`. */
  readonly input: string
  /** Gives up what the thread was about to do. */
  readonly abandon?: boolean
}

/** Runs a graph on an input, in a new thread or further in one that has finished. */
export async function run(file: string, options: RunOptions, context: Context): Promise<ExitCode> {
  const input = readJson('--input', options.input)
  const config = readConfig(options)
  const { reference, attach } = await loadGraph(file, process.cwd())
  const threads = openThreads(context)
  try {
    const head = await viewHead(threads.saver, options.thread)
    if (head !== undefined && options.abandon !== true) refuseUnfinished(head, context)
    const graph = attach(rememberGraph(threads.store, reference, context.database))
    const outcome = await runGraph(graph, input, config, context.output)
    return await reportOutcome(outcome, options.thread, threads, context)
  } finally {
    threads.close()
  }
}

/** A new input makes a graph forget what it was about to do, so an unfinished thread takes one only when told. */
function refuseUnfinished(head: CheckpointView, { invocation }: Context): void {
  const status = statusOf(head)
  if (status === 'finished') return
  const state = {
    interrupted: 'waits for an answer',
    failed: 'has failed',
    stopped: 'stopped in the middle',
  }[status]
  throw new CliError({
    code: 'THREAD_NOT_FINISHED',
    exitCode: ExitCode.usage,
    message: `Thread "${head.threadId}" ${state}, before ${nextNodes(head).join(', ')}.`,
    remedies: [
      `To go on with it: ${commandLine(invocation, 'resume', '--thread', head.threadId)}`,
      'To start on this input instead, add --abandon: what the thread was about to do is given up.',
    ],
    details: { thread: head.threadId, status, next: nextNodes(head) },
  })
}
