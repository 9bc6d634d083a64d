import { basename } from 'node:path'
import {
  describeLoss,
  suggestedMigration,
  type IncompatibleGraphError,
  type Loss,
  type Plan,
} from '@cairn/engine'
import { planOf } from '@cairn/graph'
import { checkThreads, type CheckedThread, type ThreadsCheck } from '../check-threads.ts'
import { CliError } from '../cli-error.ts'
import { ExitCode } from '../exit-code.ts'
import { printable } from '../format-value.ts'
import { loadGraph } from '../load-graph.ts'
import type { Colors } from '../output.ts'
import { openThreadsToRead } from '../threads.ts'
import type { Context } from './context.ts'

export interface CheckOptions {
  /** Only this thread. */
  readonly thread?: string
  /** Whatever graph the threads are of. */
  readonly all?: boolean
}

/** Says which unfinished threads a graph would break, for CI before a deploy. Reads only; runs nothing but migrations. */
export async function check(file: string, options: CheckOptions, context: Context): Promise<ExitCode> {
  const { output, database } = context
  const { reference, attach } = await loadGraph(file, process.cwd())
  const plan = planOf(attach(undefined))
  if (plan === undefined) throw onOtherEngine(file)
  const threads = openThreadsToRead(context)
  try {
    const checked = await checkThreads({
      plan,
      store: threads.store,
      graph: `${reference.file}#${reference.exportName}`,
      database,
      onlyThread: options.thread,
      isAll: options.all === true,
    })
    if (options.thread !== undefined && checked.unfinished.length + checked.finishedCount === 0)
      throw noThread(options.thread, database)
    output.document(describe(checked, plan, database))
    output.lines(report(checked, plan, { database, colors: output.colors }))
    const isBroken = checked.unfinished.some(({ verdict }) => verdict === 'breaks')
    return isBroken ? ExitCode.graphFailed : ExitCode.finished
  } finally {
    threads.close()
  }
}

interface Shown {
  readonly database: string
  readonly colors: Colors
}

function report(checked: ThreadsCheck, plan: Plan, { database, colors }: Shown): string[] {
  const { unfinished } = checked
  const of = (verdict: CheckedThread['verdict']) => unfinished.filter((thread) => thread.verdict === verdict)
  const breaking = of('breaks')
  const fine: string[] = []
  if (of('goes-on').length > 0) fine.push(`${colors.green('✓')} ${count(of('goes-on'))} on as before`)
  if (of('migrates').length > 0) {
    const from = [...new Set(of('migrates').map(({ version }) => `"${version}"`))].toSorted().join(', ')
    fine.push(
      `${colors.green('✓')} ${count(of('migrates'))} on by a migration from version ${from} to "${plan.version}"`,
    )
  }
  if (unfinished.length === 0)
    fine.push(`${colors.green('✓')} no thread of this graph is under way in ${database}`)
  const paragraphs = [
    ...grouped(breaking).map(({ threads, reasons }) => [
      `${colors.red('✗')} ${theThreads(threads)} would break`,
      ...reasons.map((reason) => `    ${reason}`),
    ]),
    [...fine, ...asides(checked, colors)],
    remedy(breaking, plan, colors),
  ].filter((paragraph) => paragraph.length > 0)
  return paragraphs.flatMap((paragraph, index) => (index === 0 ? paragraph : ['', ...paragraph]))
}

/** What was not looked at, and what could be looked at in part. */
function asides({ unfinished, finishedCount, others }: ThreadsCheck, { dim }: Colors): string[] {
  const shapeless = unfinished.filter(({ head }) => head.shape === undefined).length
  const left = [...others.values()].reduce((sum, each) => sum + each, 0)
  return [
    ...(finishedCount > 0
      ? [`  ${threadCount(finishedCount)} ${finishedCount === 1 ? 'has' : 'have'} finished`]
      : []),
    ...(left > 0
      ? [
          `  ${threadCount(left)} of other graphs left out (${[...others.keys()].join(', ')}); --all looks at them`,
        ]
      : []),
    ...(shapeless > 0
      ? [
          `  ${threadCount(shapeless)} without a shape of the graph: only names of nodes and joins were compared`,
        ]
      : []),
  ].map((line) => dim(line))
}

/** Migrations to begin from, one for each graph that needs one. What fails is put right in a migration's own code. */
function remedy(breaking: readonly CheckedThread[], plan: Plan, colors: Colors): string[] {
  const byGraph = new Map<string, IncompatibleGraphError[]>()
  for (const error of breaking.flatMap(({ incompatible }) => incompatible)) {
    const key = JSON.stringify([nestedPath(error), error.at.version])
    byGraph.set(key, [...(byGraph.get(key) ?? []), error])
  }
  const migrations = [...byGraph.values()].map((errors) => {
    const { at, graph } = errors[0]!
    const path = nestedPath(errors[0]!)
    const losses = errors.flatMap((error) => error.losses)
    const text = colors.bold(suggestedMigration(losses, at.version, graph.version))
    return path === '' ? `  ${text}` : `  ${text}  ${colors.dim(`(the graph in ${path})`)}`
  })
  return [
    ...(migrations.length > 0
      ? [
          'To let them go on, say what became of these names (null gives up what one stands for):',
          ...migrations,
        ]
      : []),
    ...(breaking.some(({ failure }) => failure !== undefined)
      ? [
          `What \`state\` and \`updates\` of the migrations to version "${plan.version}" do has to fit these threads.`,
        ]
      : []),
  ]
}

interface Group {
  readonly threads: readonly CheckedThread[]
  readonly reasons: readonly string[]
}

/** Threads that would break for the same reasons stand together. */
function grouped(threads: readonly CheckedThread[]): Group[] {
  const groups = new Map<string, { threads: CheckedThread[]; reasons: string[] }>()
  for (const thread of threads) {
    const reasons = reasonsOf(thread)
    const key = reasons.join('\n')
    const known = groups.get(key)
    if (known === undefined) groups.set(key, { threads: [thread], reasons })
    else known.threads.push(thread)
  }
  return [...groups.values()]
}

function reasonsOf({ incompatible, failure }: CheckedThread): string[] {
  if (failure !== undefined) return [`a migration fails: ${failure.split('\n', 1)[0]}`]
  return incompatible.flatMap((error) => {
    const path = nestedPath(error)
    return error.losses.map((loss) => (path === '' ? '' : `in ${path}: `) + describeLoss(loss))
  })
}

/** `outer › inner`; `''` for the thread's own graph. */
function nestedPath({ at: { namespace } }: IncompatibleGraphError): string {
  return namespace
    .split('|')
    .map((part) => part.split(':', 1)[0]!)
    .join(' › ')
}

const mostNamed = 5

function theThreads(threads: readonly CheckedThread[]): string {
  const names = threads.slice(0, mostNamed).map(({ head }) => printable(head.line.threadId))
  const more = threads.length - names.length
  const list = names.join(', ') + (more > 0 ? ` and ${more} more` : '')
  return threads.length === 1 ? `thread ${list}` : `${threads.length} threads (${list})`
}

function count(threads: readonly CheckedThread[]): string {
  return `${threadCount(threads.length)} ${threads.length === 1 ? 'goes' : 'go'}`
}

function threadCount(number: number): string {
  return `${number} ${number === 1 ? 'thread' : 'threads'}`
}

function describe(checked: ThreadsCheck, plan: Plan, database: string): object {
  const { unfinished, finishedCount, others } = checked
  return {
    graph: plan.name,
    version: plan.version,
    database,
    ok: unfinished.every(({ verdict }) => verdict !== 'breaks'),
    finished: finishedCount,
    leftOut: Object.fromEntries(others),
    threads: unfinished.map(({ head, version, verdict, incompatible, failure }) => ({
      thread: head.line.threadId,
      verdict,
      version,
      checkpoint: head.id,
      step: head.metadata.step,
      updatedAt: head.createdAt,
      hasShape: head.shape !== undefined,
      losses: incompatible.flatMap((error) => error.losses.map((loss) => describeJson(error, loss))),
      failure: failure ?? null,
    })),
  }
}

function describeJson({ at }: IncompatibleGraphError, loss: Loss): object {
  return { ...loss, namespace: at.namespace, checkpoint: at.checkpointId, message: describeLoss(loss) }
}

function onOtherEngine(file: string): CliError {
  return new CliError({
    code: 'GRAPH_NOT_ON_CAIRN',
    exitCode: ExitCode.usage,
    message: `The graph of ${file} does not run on Cairn's engine, so what it would lose cannot be told.`,
    remedies: ["Build it with StateGraph from '@cairn/graph', or give it to adopt()."],
  })
}

function noThread(threadId: string, database: string): CliError {
  return new CliError({
    code: 'THREAD_NOT_FOUND',
    exitCode: ExitCode.notFound,
    message: `There is no thread "${threadId}" in ${basename(database)}.`,
    details: { thread: threadId },
  })
}
