import { CliError } from '../cli-error.ts'
import { ExitCode } from '../exit-code.ts'
import { formatState } from '../format-value.ts'
import { parseKeyValue } from '../key-value.ts'
import { openExistingThreads } from '../threads.ts'
import type { Context } from './context.ts'

export interface LabelOptions {
  readonly thread: string
  readonly tag?: readonly string[]
  readonly untag?: readonly string[]
  /** `KEY=JSON` or `KEY=text`, each; without `=`, the key is taken away. */
  readonly set?: readonly string[]
}

/** Sets and shows the tags and the metadata of a thread. */
export async function labelThread(options: LabelOptions, context: Context): Promise<ExitCode> {
  const { output } = context
  const { thread, tag = [], untag = [], set = [] } = options
  const { index, close } = openExistingThreads(context)
  try {
    if (index === undefined) throw new Error('A database that can be written has an index.')
    const metadata = set.map((pair) =>
      pair.includes('=') ? parseKeyValue(pair) : ([pair, undefined] as const),
    )
    index.tag(thread, ...tag)
    index.untag(thread, ...untag)
    index.setMetadata(thread, Object.fromEntries(metadata))
    const labels = index.labels(thread)
    output.document({ thread, ...labels })
    const format = { colors: output.colors, width: output.stdout.width }
    output.lines([
      `tags  ${labels.tags.length === 0 ? 'none' : labels.tags.join(', ')}`,
      ...formatState(labels.metadata, format),
    ])
    return ExitCode.finished
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new CliError({ code: 'USAGE', exitCode: ExitCode.usage, message: error.message, cause: error })
  } finally {
    close()
  }
}
