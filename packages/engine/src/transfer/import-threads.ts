// Reads what `exportThreads` wrote.
//   I1. A thread is in the store when all its lines were read and their sum is right, and not at all otherwise.
//   I2. What is replaced stays until what replaces it is complete.
// The death of this process is the exception: it may leave the thread that was just being written.
import type { Codec } from '../codec/codec.ts'
import { createCodec } from '../codec/create-codec.ts'
import type { Awaitable, Store } from '../store.ts'
import { InvalidExportError, ThreadExistsError } from './errors.ts'
import type { EndRecord, ExportRecord, ThreadRecord } from './export-format.ts'
import { exportThreads, type ThreadLabels } from './export-threads.ts'
import { linesIn, type TextChunks } from './lines-in.ts'
import { checkHeader, damaged, parseRecord, RecordFault } from './parse-record.ts'
import { type ImportedThread, type Place, ThreadImport } from './thread-import.ts'

export type ConflictPolicy = 'fail' | 'skip' | 'replace' | 'rename'

export interface ImportOptions {
  /** Ids, as they are in the export, of the threads to import; others are read over. Default: all. */
  readonly threads?: Iterable<string>
  /** The id in the store for one in the export. Default: the same. */
  readonly newId?: (exportedId: string) => string
  /**
   * What to do with a thread whose id the store has already: fail (default), leave out the new one (`skip`), put it in
   * the old one's place (`replace`), or give it an id that is free (`rename`: with `-2`, `-3`, … at its end).
   */
  readonly onConflict?: ConflictPolicy
  /** Reads the values. It needs the extensions they were exported with. Default: a codec without any. */
  readonly codec?: Codec
  /** Takes the tags and the metadata of a thread, under the id that it has in the store. */
  readonly setLabels?: (threadId: string, labels: ThreadLabels) => Awaitable<void>
}

/**
 * Puts exported threads into a store, one after the other. `text` may be a file's stream.
 * @throws {InvalidExportError} when the text is damaged or ends too early; threads before that place are kept.
 * @throws {ThreadExistsError} when the store has a thread already, unless `onConflict` says what to do.
 */
export async function importThreads(
  store: Store,
  text: TextChunks,
  options: ImportOptions = {},
): Promise<ImportedThread[]> {
  checkOptions(options)
  const session = new ImportSession(store, options)
  try {
    for await (const line of linesIn(text)) await session.add(line)
    session.checkEnd()
    return session.finished
  } catch (error) {
    await session.abandon()
    throw error instanceof RecordFault ? session.explain(error) : error
  }
}

function checkOptions({ onConflict = 'fail' }: ImportOptions): void {
  if (['fail', 'skip', 'replace', 'rename'].includes(onConflict)) return
  throw new RangeError(
    `"onConflict" is ${JSON.stringify(onConflict)}, but must be "fail", "skip", "replace" or "rename".`,
  )
}

class ImportSession {
  readonly finished: ImportedThread[] = []
  readonly #store: Store
  readonly #options: ImportOptions
  readonly #codec: Codec
  readonly #wanted: ReadonlySet<string> | undefined
  #line = 0
  #threads = 0
  #current: ThreadImport | undefined
  #hasEnded = false

  constructor(store: Store, options: ImportOptions) {
    this.#store = store
    this.#options = options
    this.#codec = options.codec ?? createCodec()
    this.#wanted = options.threads === undefined ? undefined : new Set(options.threads)
  }

  async add(line: string): Promise<void> {
    this.#line++
    if (this.#line === 1) return checkHeader(line)
    if (this.#hasEnded) throw damaged('something stands behind its end')
    const record = parseRecord(line)
    if (this.#current !== undefined) return this.#addToThread(this.#current, record, line)
    if (record.type === 'thread') {
      this.#current = await this.#begin(record)
      this.#current.sum(line)
    } else if (record.type === 'end') this.#end(record)
    else throw damaged(`a "${record.type}" stands outside of any thread`)
  }

  checkEnd(): void {
    if (this.#hasEnded) return
    throw new RecordFault(
      'EXPORT_TRUNCATED',
      this.#line === 0 ? 'There is nothing here.' : 'The export stops here, before its end.',
      'Export the threads again, or get the rest of the file.',
    )
  }

  /** Undoes the thread that is not complete. */
  async abandon(): Promise<void> {
    await this.#current?.abandon()
  }

  explain({ code, what, remedy, cause }: RecordFault): InvalidExportError {
    const imported = this.finished.filter(({ outcome }) => outcome !== 'skipped').map(({ id }) => id)
    return new InvalidExportError(code, Math.max(this.#line, 1), what, remedy, imported, cause)
  }

  async #addToThread(thread: ThreadImport, record: ExportRecord, line: string): Promise<void> {
    if (record.type === 'thread-end') {
      this.finished.push(...(await thread.finish(record)))
      this.#threads++
      this.#current = undefined
      return
    }
    thread.sum(line)
    await thread.add(record)
  }

  #end({ threads }: EndRecord): void {
    if (threads !== this.#threads)
      throw damaged(`it has ${this.#threads} threads, but should have ${threads}`)
    this.#hasEnded = true
  }

  async #begin(record: ThreadRecord): Promise<ThreadImport> {
    const { newId, onConflict = 'fail' } = this.#options
    const isWanted = this.#wanted === undefined || this.#wanted.has(record.id)
    const id = newId === undefined || !isWanted ? record.id : newId(record.id)
    const place = isWanted ? await this.#placeFor(id, onConflict) : undefined
    return new ThreadImport({
      record,
      place,
      id,
      isWanted,
      store: this.#store,
      codec: this.#codec,
      setLabels: this.#options.setLabels,
      replace: (written, replaced) => this.#replace(written, replaced),
    })
  }

  async #replace(written: string, replaced: string): Promise<void> {
    await this.#store.deleteThread(replaced)
    const codec = this.#codec
    const text = exportThreads(this.#store, { threads: [written], codec })
    await importThreads(this.#store, text, { codec, newId: () => replaced })
    await this.#store.deleteThread(written)
  }

  async #placeFor(id: string, onConflict: ConflictPolicy): Promise<Place | undefined> {
    if (!(await hasThread(this.#store, id))) return { id, replaces: undefined }
    switch (onConflict) {
      case 'skip':
        return undefined
      case 'replace':
        return { id: `${id} (importing)`, replaces: id }
      case 'rename': {
        let number = 2
        while (await hasThread(this.#store, `${id}-${number}`)) number++
        return { id: `${id}-${number}`, replaces: undefined }
      }
      case 'fail':
        throw new ThreadExistsError(
          id,
          this.finished.map((thread) => thread.id),
        )
    }
  }
}

async function hasThread(store: Store, threadId: string): Promise<boolean> {
  for await (const _ of store.list({ threadId, limit: 1 })) return true
  return false
}
