import type { ThreadSelection } from '@cairn/sqlite'
import { CliError } from '../cli-error.ts'
import { commandLine } from '../command-line.ts'
import { ExitCode } from '../exit-code.ts'
import { printable } from '../format-value.ts'
import { parseKeyValue } from '../key-value.ts'
import type { Context } from './context.ts'
import { keepingHouse } from './open-housekeeper.ts'

export interface EraseOptions {
  readonly thread?: string
  readonly tag?: string
  /** `KEY=JSON`, each. */
  readonly metadata?: readonly string[]
  readonly text?: readonly string[]
  readonly yes?: boolean
}

/** Deletes threads, or takes a text out of all that is stored, so that no byte of it is left in the file. */
export async function erase(options: EraseOptions, context: Context): Promise<ExitCode> {
  const { text } = options
  const selection = text === undefined ? selectionOf(options) : undefined
  if (options.yes !== true) throw unconfirmed(options, context)
  if (selection === undefined) return await eraseText(text!, options.thread, context)
  return await keepingHouse(context, async (housekeeper) => {
    const threads = await housekeeper.eraseThreads(selection)
    context.output.document({ threads })
    context.output.lines(threads.map((threadId) => `erased ${printable(threadId)}`))
    if (threads.length === 0) context.output.notes(['No thread is meant by that; nothing was erased.'])
    return threads.length === 0 ? ExitCode.notFound : ExitCode.finished
  })
}

async function eraseText(
  texts: readonly string[],
  threadId: string | undefined,
  context: Context,
): Promise<ExitCode> {
  return await keepingHouse(context, async (housekeeper) => {
    const report = await housekeeper.eraseText(texts, { ...(threadId !== undefined && { threadId }) })
    const { threads, rows, left } = report
    context.output.document(report)
    context.output.lines(threads.map((each) => `erased from ${printable(each)}`))
    if (rows === 0) context.output.notes(['Nothing held it.'])
    for (const { table, column, rows: count } of left) {
      context.output.notes([
        `It is left in ${count} of the names in "${table}.${column}": to erase those, erase their threads.`,
      ])
    }
    return left.length > 0 ? ExitCode.graphFailed : ExitCode.finished
  })
}

function selectionOf({ thread, tag, metadata }: EraseOptions): ThreadSelection {
  const given = [thread, tag, metadata].filter((option) => option !== undefined)
  if (given.length !== 1) {
    throw new CliError({
      code: 'USAGE',
      exitCode: ExitCode.usage,
      message: 'What is to be erased is not clear.',
      remedies: [
        'One thread: --thread ID',
        'The threads of a user: --tag TAG, or --metadata user=ann',
        'A text in all threads: --text TEXT; in one: --text TEXT --thread ID',
      ],
    })
  }
  if (thread !== undefined) return { threadId: thread }
  if (tag !== undefined) return { tag }
  return { metadata: Object.fromEntries(metadata!.map(parseKeyValue)) }
}

function unconfirmed(options: EraseOptions, { invocation }: Context): CliError {
  const { thread, tag, metadata = [], text = [] } = options
  const words = [
    ...text.flatMap((each) => ['--text', each]),
    ...(thread === undefined ? [] : ['--thread', thread]),
    ...(tag === undefined ? [] : ['--tag', tag]),
    ...metadata.flatMap((each) => ['--metadata', each]),
  ]
  return new CliError({
    code: 'UNCONFIRMED',
    exitCode: ExitCode.usage,
    message: 'What is erased cannot be brought back; nothing was erased.',
    remedies: [`To erase it: ${commandLine(invocation, 'erase', ...words, '--yes')}`],
  })
}
