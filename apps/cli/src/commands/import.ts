import { createReadStream, closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { createLangchainCodec } from '@cairn/checkpoint'
import {
  exportThreads,
  importThreads,
  type ConflictPolicy,
  type ImportedThread,
  type TextChunks,
} from '@cairn/engine/transfer'
import { CliError } from '../cli-error.ts'
import { commandLine } from '../command-line.ts'
import { ExitCode } from '../exit-code.ts'
import { printable } from '../format-value.ts'
import { tableLines } from '../table.ts'
import { openLanggraphThreads, openThreads, openThreadsToRead, type Threads } from '../threads.ts'
import type { Context } from './context.ts'

export interface ImportOptions {
  /** The file has to be a database of LangGraph's SqliteSaver. */
  readonly langgraph?: boolean
  /** As they are called in the file. Default: all. */
  readonly thread?: readonly string[]
  readonly prefix?: string
  readonly onConflict?: ConflictPolicy
}

/** Takes threads from an export or from another database. */
export async function importFromFile(
  file: string,
  options: ImportOptions,
  context: Context,
): Promise<ExitCode> {
  const { output } = context
  const codec = createLangchainCodec()
  const source = openSource(file, options, context)
  try {
    const target = openThreads(context)
    try {
      const imported = await importThreads(target.store, source.text, {
        codec,
        ...(options.thread !== undefined && { threads: options.thread }),
        ...(options.prefix !== undefined && { newId: (id) => `${options.prefix}${id}` }),
        ...(options.onConflict !== undefined && { onConflict: options.onConflict }),
        ...(target.setLabels !== undefined && { setLabels: target.setLabels }),
      })
      assertFound(options.thread ?? [], imported, file)
      report(imported, context)
    } finally {
      target.close()
    }
    return ExitCode.finished
  } catch (error) {
    throw error instanceof CliError ? error : cannotImport(file, error, options, context)
  } finally {
    source.close()
  }

  function report(imported: readonly ImportedThread[], { database }: Context): void {
    output.document(imported)
    if (imported.length === 0) output.notes([`${file} holds no threads.`])
    const added = imported.filter(({ outcome }) => outcome !== 'skipped').length
    const total = `${added} ${added === 1 ? 'thread' : 'threads'} imported into ${database}`
    output.lines(imported.length === 0 ? [] : [...resultLines(imported, context), total])
  }
}

interface Source {
  readonly text: TextChunks
  close(): void
}

function openSource(file: string, { langgraph, thread }: ImportOptions, context: Context): Source {
  if (file === '-') return { text: process.stdin, close: () => {} }
  if (!existsSync(file) || statSync(file).isDirectory()) {
    throw new CliError({
      code: 'IMPORT_FILE_NOT_FOUND',
      exitCode: ExitCode.notFound,
      message: existsSync(file) ? `${file} is a directory.` : `There is no file ${file}.`,
      remedies: ['Give a file that "cairn export" wrote, or a database.'],
    })
  }
  if (langgraph === true) return fromThreads(openLanggraphThreads(file), thread)
  if (!isDatabase(file)) return { text: createReadStream(file), close: () => {} }
  return fromThreads(openThreadsToRead({ ...context, database: file }), thread)
}

function fromThreads(threads: Threads, wanted: readonly string[] | undefined): Source {
  const { store, labelsOf, close } = threads
  const codec = createLangchainCodec()
  const text = exportThreads(store, {
    codec,
    ...(wanted !== undefined && { threads: wanted }),
    ...(labelsOf !== undefined && { labelsOf }),
  })
  return { text, close }
}

function isDatabase(file: string): boolean {
  const start = Buffer.alloc(16)
  const descriptor = openSync(file, 'r')
  try {
    readSync(descriptor, start, 0, start.length, 0)
    return start.toString('latin1') === 'SQLite format 3\0'
  } finally {
    closeSync(descriptor)
  }
}

function resultLines(imported: readonly ImportedThread[], { output }: Context): string[] {
  const rows = imported.map(({ id, exportedAs, outcome, checkpoints }) => [
    printable(id),
    outcome,
    String(checkpoints),
    id === exportedAs ? '' : printable(exportedAs),
  ])
  return tableLines(
    ['thread', 'outcome', 'checkpoints', 'was called'],
    rows,
    { column: 3, cutAt: 'end' },
    output,
  )
}

function assertFound(wanted: readonly string[], imported: readonly ImportedThread[], file: string): void {
  const found = new Set(imported.map(({ exportedAs }) => exportedAs))
  const missing = wanted.filter((id) => !found.has(id))
  if (missing.length === 0) return
  throw new CliError({
    code: 'THREAD_NOT_FOUND',
    exitCode: ExitCode.notFound,
    message: `There is no thread ${missing.map((id) => `"${id}"`).join(' or ')} in ${file}.`,
    remedies: found.size === 0 ? [] : ['The others were imported.'],
    details: { threads: missing },
  })
}

function cannotImport(file: string, error: unknown, options: ImportOptions, context: Context): unknown {
  const { code, message, threadId } = error as { code?: unknown; message?: string; threadId?: string }
  if (typeof code !== 'string' || message === undefined) return error
  if (code === 'THREAD_EXISTS') {
    const { imported } = error as { imported: readonly string[] }
    const again = commandLine(
      context.invocation,
      'import',
      ...(options.langgraph === true ? ['--langgraph'] : []),
      file,
    )
    return new CliError({
      code,
      exitCode: ExitCode.usage,
      message: `${context.database} has a thread "${threadId}" already, which was left as it is.`,
      remedies: [
        `To leave out the new one: ${again} --on-conflict skip`,
        'With "replace" it takes the place of the old one, with "rename" both are kept.',
        `To keep the threads of the file apart: ${again} --prefix old-`,
        ...(imported.length === 0 ? [] : [`Imported before it: ${imported.join(', ')}`]),
      ],
      details: { thread: threadId, imported },
      cause: error,
    })
  }
  return new CliError({ code, exitCode: ExitCode.notFound, message: `${file}: ${message}`, cause: error })
}
