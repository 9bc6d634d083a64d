import { relative } from 'node:path'
import { Command } from '@cairn/graph'
import { readAnswers } from '../answers.ts'
import { openQuestions, statusOf, type CheckpointView } from '../checkpoint-view.ts'
import { CliError } from '../cli-error.ts'
import { commandLine } from '../command-line.ts'
import { ExitCode } from '../exit-code.ts'
import { formatState } from '../format-value.ts'
import { rememberGraph } from '../graph-memory.ts'
import { loadGraph } from '../load-graph.ts'
import { reportOutcome, reportQuestions } from '../report-outcome.ts'
import { readConfig, type ConfigOption } from '../run-config.ts'
import { runGraph } from '../run-graph.ts'
import { openExistingThreads, recallGraph, requireHead, type Threads } from '../threads.ts'
import type { Context } from './context.ts'

export interface ResumeOptions extends ConfigOption {
  /** `JSON` or `ID=JSON`, one per question. */
  readonly answer?: readonly string[]
}

/** Goes on with a thread: with answers to its questions, or from where it stopped. */
export async function resume(
  file: string | undefined,
  options: ResumeOptions,
  context: Context,
): Promise<ExitCode> {
  const config = readConfig(options)
  const threads = openExistingThreads(context)
  try {
    const head = await requireHead(threads, options.thread, context.invocation)
    const questions = openQuestions(head)
    const given = options.answer ?? []
    if (questions.length === 0 && given.length > 0) throw nothingAsked(head)
    const isDue = head.tasks.some(({ state }) => state.kind === 'due' || state.kind === 'failed')
    if (statusOf(head) === 'finished') return reportFinished(head, context)
    if (given.length === 0 && questions.length > 0 && !isDue) return reportQuestions(head, undefined, context)
    const answers = readAnswers(given, questions)
    const { reference, attach } = await loadGraph(
      file ?? (await requireGraph(threads, head, context)),
      process.cwd(),
    )
    const graph = attach(rememberGraph(threads.store, reference, context.database))
    const input = given.length === 0 ? null : new Command({ resume: answers })
    const outcome = await runGraph(graph, input, config, context.output)
    return await reportOutcome(outcome, options.thread, threads, context)
  } finally {
    threads.close()
  }
}

async function requireGraph(
  threads: Threads,
  head: CheckpointView,
  { invocation }: Context,
): Promise<string> {
  const graph = await recallGraph(threads, head.threadId)
  if (graph !== undefined) return relative(process.cwd(), graph)
  throw new CliError({
    code: 'GRAPH_UNKNOWN',
    exitCode: ExitCode.usage,
    message: `Which graph thread "${head.threadId}" belongs to is not known: it was not started by this command.`,
    remedies: [`Say which: ${commandLine(invocation, 'resume', 'FILE#export', '--thread', head.threadId)}`],
  })
}

function nothingAsked(head: CheckpointView): CliError {
  return new CliError({
    code: 'NOTHING_ASKED',
    exitCode: ExitCode.usage,
    message: `Thread "${head.threadId}" asks nothing: it is ${statusOf(head)}. The answer was not used.`,
    remedies: statusOf(head) === 'finished' ? [] : ['To go on with it, leave out --answer.'],
  })
}

function reportFinished(head: CheckpointView, { output }: Context): ExitCode {
  output.record({
    type: 'result',
    status: 'finished',
    thread: head.threadId,
    checkpoint: head.id,
    step: head.step,
    values: head.values,
    next: [],
    questions: [],
  })
  output.notes([`Thread "${head.threadId}" has finished already; nothing was run.`])
  output.lines(formatState(head.values, { colors: output.colors, width: output.stdout.width }))
  return ExitCode.finished
}
