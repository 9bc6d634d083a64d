import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createLangchainCodec } from '@cairn/checkpoint'
import { exportThreads } from '@cairn/engine/transfer'
import { CliError } from '../cli-error.ts'
import { ExitCode } from '../exit-code.ts'
import { openThreadsToRead, requireHead, type Threads } from '../threads.ts'
import type { Context } from './context.ts'

export interface ExportOptions {
  /** Default: all. */
  readonly thread?: readonly string[]
  /** Default: the standard output. */
  readonly output?: string
}

/** Writes threads as JSON Lines. */
export async function exportToFile(options: ExportOptions, context: Context): Promise<ExitCode> {
  const { output } = context
  const threads = openThreadsToRead(context)
  try {
    for (const threadId of options.thread ?? []) await requireHead(threads, threadId, context.invocation)
    const lines = linesOf(threads, options.thread)
    if (options.output === undefined) {
      for await (const line of lines) {
        output.stdout.write(line)
        await output.stdout.drained?.()
      }
      return ExitCode.finished
    }
    const counted = new Counts()
    await writeTo(options.output, counted.of(lines))
    output.document({ file: options.output, threads: counted.threads, checkpoints: counted.checkpoints })
    output.lines([
      `${counted.threads} ${counted.threads === 1 ? 'thread' : 'threads'} with ${counted.checkpoints} checkpoints in ${options.output}`,
    ])
    return ExitCode.finished
  } catch (error) {
    throw error instanceof CliError ? error : cannotExport(threads.path, error)
  } finally {
    threads.close()
  }
}

function linesOf(
  { store, labelsOf }: Threads,
  threads: readonly string[] | undefined,
): AsyncIterable<string> {
  return exportThreads(store, {
    codec: createLangchainCodec(),
    ...(threads !== undefined && { threads: new Set(threads) }),
    ...(labelsOf !== undefined && { labelsOf }),
  })
}

class Counts {
  threads = 0
  checkpoints = 0

  async *of(lines: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const line of lines) {
      if (line.startsWith('{"type":"thread",')) this.threads++
      if (line.startsWith('{"type":"checkpoint",')) this.checkpoints++
      yield line
    }
  }
}

async function writeTo(path: string, lines: AsyncIterable<string>): Promise<void> {
  try {
    await pipeline(lines, createWriteStream(path))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    throw new CliError({
      code: 'OUTPUT_FILE_UNWRITABLE',
      exitCode: ExitCode.usage,
      message: `The file ${path} cannot be written: ${(error as Error).message}`,
      remedies: ['Give another path: --output PATH'],
      cause: error,
    })
  }
}

function cannotExport(path: string, error: unknown): unknown {
  const { code, message } = error as { code?: unknown; message?: string }
  if (typeof code !== 'string') return error
  return new CliError({
    code,
    exitCode: ExitCode.notFound,
    message: `The threads in ${path} cannot be exported: ${message}`,
    cause: error,
  })
}
