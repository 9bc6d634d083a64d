import { createHash, type Hash } from 'node:crypto'
import type { Codec } from '../codec/codec.ts'
import type { Awaitable, Store, StoredShape } from '../store.ts'
import type { ExportRecord, ThreadEndRecord, ThreadRecord } from './export-format.ts'
import type { ThreadLabels } from './export-threads.ts'
import { GatheredCommits } from './gathered-commits.ts'
import { ImportedLine } from './imported-line.ts'
import { damaged } from './parse-record.ts'

export interface ImportedThread {
  /** In the store. */
  readonly id: string
  /** In the export. */
  readonly exportedAs: string
  readonly outcome: 'added' | 'replaced' | 'skipped'
  readonly checkpoints: number
  readonly writes: number
}

/** Under which id a thread is written, and which one it is to replace then. */
export interface Place {
  readonly id: string
  readonly replaces: string | undefined
}

/** What is known of a thread when its first line comes. */
export interface GivenThread {
  readonly record: ThreadRecord
  /** `undefined`: it is read over. */
  readonly place: Place | undefined
  /** What the store is to know it by, if it takes it. */
  readonly id: string
  /** Whether it is one of those that somebody wants to hear of. */
  readonly isWanted: boolean
  readonly store: Store
  readonly codec: Codec
  readonly setLabels: ((threadId: string, labels: ThreadLabels) => Awaitable<void>) | undefined
  /** Puts a thread that is complete in the place of another one. */
  readonly replace: (written: string, replaced: string) => Promise<void>
}

/** One thread on its way into a store. */
export class ThreadImport {
  readonly #given: GivenThread
  readonly #commits: GatheredCommits
  readonly #hash: Hash = createHash('sha256')
  readonly #shapes = new Map<string, StoredShape>()
  #line: ImportedLine | undefined
  #hasLine = false
  #isWhole = false
  #checkpoints = 0
  #writes = 0

  constructor(given: GivenThread) {
    this.#given = given
    this.#commits = new GatheredCommits(given.store)
  }

  sum(line: string): void {
    this.#hash.update(`${line}\n`)
  }

  async add(record: ExportRecord): Promise<void> {
    switch (record.type) {
      case 'line':
        this.#hasLine = true
        return this.#beginLine(record.namespace)
      case 'shape':
        this.#shapes.set(record.hash, { hash: record.hash, text: JSON.stringify(record.shape) })
        return
      case 'checkpoint':
        this.#checkpoints++
        this.#assertLine()
        return this.#line?.addCheckpoint(record)
      case 'writes':
        this.#writes += record.writes.length
        this.#assertLine()
        return this.#line?.addWrites(record)
      default:
        throw damaged(`a "${record.type}" stands within a thread`)
    }
  }

  /** What became of it; nothing when nobody wanted it. */
  async finish({ checkpoints, writes, sha256 }: ThreadEndRecord): Promise<ImportedThread[]> {
    const { record, place, id, isWanted, replace } = this.#given
    const isRight =
      checkpoints === this.#checkpoints && writes === this.#writes && sha256 === this.#hash.digest('hex')
    if (!isRight) throw damaged(`the lines of thread "${record.id}" are not those that were written`)
    await this.#line?.end()
    await this.#commits.end()
    this.#isWhole = true
    const told = (storedId: string, outcome: ImportedThread['outcome']): ImportedThread[] => [
      { id: storedId, exportedAs: record.id, outcome, checkpoints, writes },
    ]
    if (place === undefined) return isWanted ? told(id, 'skipped') : []
    if (place.replaces !== undefined) await replace(place.id, place.replaces)
    const stored = place.replaces ?? place.id
    await this.#setLabels(stored)
    return told(stored, place.replaces === undefined ? 'added' : 'replaced')
  }

  async abandon(): Promise<void> {
    const { place, store } = this.#given
    if (place === undefined || this.#isWhole) return
    // What failed is known; the others have to be over before the thread is deleted.
    await this.#commits.end().catch(() => {})
    await store.deleteThread(place.id)
  }

  async #beginLine(namespace: string): Promise<void> {
    const { place, store, codec } = this.#given
    await this.#line?.end()
    if (place === undefined) return
    // An import that was killed may have left what is to replace another thread.
    if (this.#line === undefined && place.replaces !== undefined) await store.deleteThread(place.id)
    this.#line = new ImportedLine({ threadId: place.id, namespace }, this.#commits, codec, this.#shapes)
  }

  #assertLine(): void {
    if (!this.#hasLine) throw damaged('a checkpoint stands before any "line"')
  }

  async #setLabels(id: string): Promise<void> {
    const { tags = [], metadata = {} } = this.#given.record
    if (tags.length > 0 || Object.keys(metadata).length > 0)
      await this.#given.setLabels?.(id, { tags, metadata })
  }
}
