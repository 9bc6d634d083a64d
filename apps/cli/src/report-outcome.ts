// How a run ended, said to whoever started it.
import type { StoredQuestion } from '@cairn/checkpoint'
import {
  describeLoss,
  suggestedMigration,
  type IncompatibleGraphError,
  type ThreadBusyError,
} from '@cairn/engine'
import { nextNodes, openQuestions, statusOf, viewHead, type CheckpointView } from './checkpoint-view.ts'
import { CliError } from './cli-error.ts'
import { commandLine } from './command-line.ts'
import type { Context } from './commands/context.ts'
import { formatDuration } from './duration.ts'
import { ExitCode } from './exit-code.ts'
import { distinctLength } from './find-checkpoint.ts'
import { formatState, formatValue } from './format-value.ts'
import type { TaskStarted } from './progress.ts'
import type { Outcome } from './run-graph.ts'
import { formatTime } from './time.ts'
import type { Threads } from './threads.ts'
import { userStack } from './user-stack.ts'

/** @returns what the process exits with. */
export async function reportOutcome(
  outcome: Outcome,
  threadId: string,
  threads: Threads,
  context: Context,
): Promise<ExitCode> {
  const head = await viewHead(threads.saver, threadId)
  if (outcome.kind === 'failed') {
    recordResult(head, undefined, context, 'failed')
    throw describeFailure(outcome.error, outcome.suspects, threadId, head, context)
  }
  if (outcome.kind === 'stopped') return reportStop(head, threadId, context)
  if (head === undefined || statusOf(head) === 'finished') {
    const { output } = context
    recordResult(head, outcome.output, context, 'finished')
    const steps = head === undefined ? '' : ` at step ${head.step}`
    output.notes([
      output.noteColors.green(`finished${steps}`) +
        output.noteColors.dim(` after ${formatDuration(outcome.durationMs)}`),
    ])
    output.lines(formatState(outcome.output, { colors: output.colors, width: output.stdout.width }))
    return ExitCode.finished
  }
  return openQuestions(head).length > 0
    ? reportQuestions(head, outcome.output, context)
    : reportBreakpoint(head, outcome.output, context)
}

/** Says what is asked, and what to type. */
export function reportQuestions(head: CheckpointView, values: unknown, context: Context): ExitCode {
  const { output, invocation } = context
  const questions = openQuestions(head)
  const resume = ['resume', '--thread', head.threadId]
  const idLength = distinctLength(questions.map(({ id }) => id))
  const answers = questions.flatMap(({ id }) => [
    '--answer',
    questions.length === 1 ? 'ANSWER' : `${id.slice(0, idLength)}=ANSWER`,
  ])
  const command = commandLine(invocation, ...resume, ...answers)
  recordResult(head, values, context, 'interrupted', { command })
  output.lines([
    questions.length === 1 ? 'The graph asks:' : `The graph asks ${questions.length} questions:`,
    ...questions.flatMap((question) => printQuestion(question, context)),
    '',
    `To answer, with JSON or text for ${questions.length === 1 ? 'ANSWER' : 'each ANSWER'}:`,
    `  ${command}`,
  ])
  return ExitCode.interrupted
}

function printQuestion({ id, node = '?', value }: StoredQuestion, { output }: Context): string[] {
  const { colors, stdout } = output
  return [
    '',
    `  ${colors.bold(node)}  ${colors.dim(id)}`,
    ...formatValue(value, { colors, width: stdout.width - 4 }).map((line) => `    ${line}`),
  ]
}

function reportBreakpoint(head: CheckpointView, values: unknown, context: Context): ExitCode {
  const command = commandLine(context.invocation, 'resume', '--thread', head.threadId)
  recordResult(head, values, context, 'interrupted', { command })
  context.output.lines([
    `Stopped at a breakpoint, before ${nextNodes(head).join(', ')}.`,
    'To go on:',
    `  ${command}`,
  ])
  return ExitCode.interrupted
}

function reportStop(head: CheckpointView | undefined, threadId: string, context: Context): ExitCode {
  const { output, invocation } = context
  const isOver = head === undefined || statusOf(head) === 'finished'
  const command = commandLine(invocation, 'resume', '--thread', threadId)
  recordResult(head, undefined, context, 'stopped', isOver ? {} : { command })
  if (head === undefined) output.notes(['Stopped before anything was saved.'])
  else if (isOver) output.notes(['Stopped, but the graph had finished.'])
  else
    output.notes([
      `Stopped before ${nextNodes(head).join(', ')}. What had finished is saved.`,
      `To go on: ${command}`,
    ])
  return ExitCode.stopped
}

/** The last of the JSON lines. */
function recordResult(
  head: CheckpointView | undefined,
  values: unknown,
  { output }: Context,
  status: string,
  more: object = {},
): void {
  output.record({
    type: 'result',
    status,
    thread: head?.threadId ?? null,
    checkpoint: head?.id ?? null,
    step: head?.step ?? null,
    values: values ?? head?.values ?? null,
    next: head === undefined ? [] : nextNodes(head),
    questions: head === undefined ? [] : openQuestions(head),
    ...more,
  })
}

function describeFailure(
  error: unknown,
  suspects: readonly TaskStarted[],
  threadId: string,
  head: CheckpointView | undefined,
  { invocation }: Context,
): CliError {
  const again = commandLine(invocation, 'resume', '--thread', threadId)
  const { code, lc_error_code: graphCode } = (error ?? {}) as { code?: unknown; lc_error_code?: unknown }
  const details = {
    thread: threadId,
    cause: [graphCode, code].find((text) => typeof text === 'string') ?? null,
  }
  if (graphCode === 'GRAPH_RECURSION_LIMIT' && head !== undefined) {
    return new CliError({
      code: 'STEP_LIMIT',
      exitCode: ExitCode.graphFailed,
      message: `The graph reached its recursion limit at step ${head.step}, before ${nextNodes(head).join(', ')}.`,
      remedies: [
        'What was done is saved. To go on, with a limit that counts from here:',
        `  ${again} --config '{"recursionLimit": 100}'`,
      ],
      details,
      cause: error,
    })
  }
  if (code === 'THREAD_BUSY') return busy(error as ThreadBusyError, details)
  if (code === 'INCOMPATIBLE_GRAPH') return incompatible(error as IncompatibleGraphError, details)
  const failures = failuresOf(error, suspects).map((cause) => ({
    cause,
    task: failedTask(cause, suspects, head),
  }))
  return new CliError({
    code: 'GRAPH_FAILED',
    exitCode: ExitCode.graphFailed,
    message: failures.flatMap(({ cause, task }) => [titleOf(task), ...userStack(cause)]).join('\n'),
    remedies: head === undefined ? [] : [`What had finished is saved. To try again from there: ${again}`],
    details: { ...details, failed: failures.flatMap(({ task }) => task ?? []) },
    cause: error,
  })
}

/** Nothing was run: somebody else is running this thread. */
function busy(error: ThreadBusyError, details: object): CliError {
  const { threadId, holder, sinceMs } = error
  const host = holder.host === undefined ? '' : ` on ${holder.host}`
  return new CliError({
    code: error.code,
    exitCode: ExitCode.graphFailed,
    message: `Thread "${threadId}" is in use: process ${holder.processId}${host} has it since ${formatTime(new Date(sinceMs).toISOString(), false)}.`,
    remedies: [
      `To wait until it is free: --config '{"onBusy": "wait"}'`,
      `To make the other run stop before its next superstep: --config '{"onBusy": "interrupt"}'`,
    ],
    details: { ...details, holder, since: new Date(sinceMs).toISOString() },
    cause: error,
  })
}

/** Nothing was run: the graph is another one than that which the thread was begun with. */
function incompatible(error: IncompatibleGraphError, details: object): CliError {
  const { graph, at, losses } = error
  return new CliError({
    code: error.code,
    exitCode: ExitCode.graphFailed,
    message: [
      `The graph cannot go on with thread "${at.threadId}", of which it would lose:`,
      ...losses.map((loss) => `- ${describeLoss(loss)}`),
    ].join('\n'),
    remedies: [
      'To let it go on, say what became of these names (null gives up what one stands for):',
      `  ${suggestedMigration(losses, at.version, graph.version)}`,
    ],
    details: { ...details, losses },
    cause: error,
  })
}

interface FailedTask {
  readonly node: string
  readonly step: string
}

function titleOf(task: FailedTask | undefined): string {
  return task === undefined ? 'The graph failed.' : `Node "${task.node}" failed in superstep ${task.step}.`
}

/** When several tasks of a superstep fail, the run fails with all of their errors in one. */
function failuresOf(error: unknown, suspects: readonly TaskStarted[]): unknown[] {
  return error instanceof AggregateError && suspects.length > 1 ? (error.errors as unknown[]) : [error]
}

/** The innermost suspect; of several, the one whose stored error is this one. */
function failedTask(
  error: unknown,
  suspects: readonly TaskStarted[],
  head: CheckpointView | undefined,
): FailedTask | undefined {
  const message = error instanceof Error ? error.message : String(error)
  const stored = head?.tasks.find(({ state }) => state.kind === 'failed' && state.message === message)
  const innermost = suspects.toSorted((left, right) => right.within.length - left.within.length)
  const failed = innermost.find(
    ({ id, within }) => stored === undefined || id === stored.id || within[0] === stored.node,
  )
  if (failed !== undefined) return { node: [...failed.within, failed.node].join(' › '), step: failed.step }
  return stored?.node === undefined ? undefined : { node: stored.node, step: String(head!.step + 1) }
}
