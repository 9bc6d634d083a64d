import type { PruneReport, RetentionPolicy, RetentionScope } from '@cairn/sqlite'
import { formatBytes } from '../byte-size.ts'
import { CliError } from '../cli-error.ts'
import { ExitCode } from '../exit-code.ts'
import { printable } from '../format-value.ts'
import { tableLines } from '../table.ts'
import type { Context } from './context.ts'
import { keepingHouse } from './open-housekeeper.ts'

export interface PruneOptions {
  readonly keepLast?: number
  /** `30d`, `12h`. */
  readonly maxAge?: string
  readonly keepEvery?: number
  readonly pin?: readonly string[]
  readonly thread?: string
  readonly tag?: string
  readonly dryRun?: boolean
  /** Keep the policy in the database. */
  readonly save?: boolean
  /** Forget the policy that is kept there. */
  readonly forget?: boolean
  /** Write the whole file anew first. */
  readonly vacuum?: boolean
}

/** Takes out the checkpoints that no rule keeps, or says which would go. */
export async function prune(options: PruneOptions, context: Context): Promise<ExitCode> {
  const policy = policyOf(options)
  const needsRule = options.save === true || options.pin !== undefined
  if (policy === undefined && needsRule) throw withoutPolicy()
  return await keepingHouse(context, async (housekeeper) => {
    if (options.vacuum === true) await housekeeper.vacuum()
    if (options.save === true) await housekeeper.setPolicy(scopeOf(options), policy)
    if (options.forget === true) {
      await housekeeper.setPolicy(scopeOf(options), undefined)
      context.output.document({ policies: housekeeper.policies() })
      return ExitCode.finished
    }
    if (policy === undefined && housekeeper.policies().length === 0) {
      if (options.vacuum === true) return ExitCode.finished
      throw withoutPolicy()
    }
    const report = await housekeeper.prune({
      ...(policy !== undefined && { policy }),
      ...(options.thread !== undefined && { threadId: options.thread }),
      ...(options.tag !== undefined && { tag: options.tag }),
      dryRun: options.dryRun ?? false,
    })
    show(report, options.dryRun ?? false, context)
    return ExitCode.finished
  })
}

function policyOf({ keepLast, maxAge, keepEvery, pin }: PruneOptions): RetentionPolicy | undefined {
  if (keepLast === undefined && maxAge === undefined && keepEvery === undefined) return undefined
  return {
    ...(keepLast !== undefined && { keepLast }),
    ...(maxAge !== undefined && { maxAge: maxAge as NonNullable<RetentionPolicy['maxAge']> }),
    ...(keepEvery !== undefined && { keepEvery }),
    ...(pin !== undefined && { pins: pin }),
  }
}

function scopeOf({ thread, tag }: PruneOptions): RetentionScope {
  if (thread !== undefined) return { threadId: thread }
  return tag === undefined ? 'every thread' : { tag }
}

function show(report: PruneReport, isDryRun: boolean, { output, database }: Context): void {
  const { threads, removed, bytes, fileBytes } = report
  output.document({ dryRun: isDryRun, threads, removed, bytes, fileBytes })
  if (threads.length === 0) {
    output.notes([`Nothing in ${database} ${isDryRun ? 'would go' : 'went'}: every checkpoint is kept.`])
    return
  }
  const rows = threads.map((thread) => [
    printable(thread.threadId),
    String(thread.removed),
    String(thread.kept),
    formatBytes(thread.bytes),
  ])
  const head = ['thread', isDryRun ? 'would go' : 'removed', 'kept', 'bytes']
  output.lines(tableLines(head, rows, { column: 0, cutAt: 'end' }, output))
  for (const { threadId, isComplete } of threads) {
    if (isComplete) continue
    output.notes([`"${printable(threadId)}" changed again and again meanwhile; the rest goes the next time.`])
  }
  const count = `${removed} ${removed === 1 ? 'checkpoint' : 'checkpoints'}`
  output.notes([
    isDryRun
      ? `${count} would go, about ${formatBytes(bytes)}.`
      : `${count} removed; the file is ${formatBytes(Math.max(0, fileBytes))} smaller.`,
  ])
}

function withoutPolicy(): CliError {
  return new CliError({
    code: 'NO_POLICY',
    exitCode: ExitCode.usage,
    message: 'Nothing says which checkpoints to keep.',
    remedies: [
      'Give at least one rule: --keep-last 10, --max-age 30d, --keep-every 10',
      'To keep a rule in the database, for the next time: --save',
    ],
  })
}
