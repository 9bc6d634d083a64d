import type { Database, Statement } from 'better-sqlite3'
import { canonicalJson, type Json } from './canonical-json.ts'

/** What people say about a thread. */
export interface Labels {
  /** Sorted. */
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, Json>>
}

/**
 * Tags and metadata of threads. A thread need not have a checkpoint to have labels. They are kept in plain text,
 * also where values are encrypted.
 */
export class ThreadLabels {
  readonly #tags: Statement<[string], string>
  readonly #metadata: Statement<[string], [key: string, value: string]>
  readonly #addTag: Statement<[string, string]>
  readonly #removeTag: Statement<[string, string]>
  readonly #setMetadata: Statement<[string, string, string]>
  readonly #removeMetadata: Statement<[string, string]>
  readonly #threadsTagged: Statement<[string], string>
  readonly #threadsWith: Statement<[string, string], string>
  readonly #removeTags: Statement<[string]>
  readonly #removeAllMetadata: Statement<[string]>

  constructor(database: Database) {
    const prepare = <Parameters extends unknown[], Row = unknown>(sql: string) =>
      database.prepare<Parameters, Row>(sql)
    this.#tags = prepare<[string], string>('SELECT tag FROM thread_tag WHERE thread = ? ORDER BY tag').pluck()
    this.#metadata = prepare<[string], [string, string]>(
      'SELECT key, value FROM thread_metadata WHERE thread = ? ORDER BY key',
    ).raw()
    this.#addTag = prepare('INSERT INTO thread_tag (thread, tag) VALUES (?, ?) ON CONFLICT DO NOTHING')
    this.#removeTag = prepare('DELETE FROM thread_tag WHERE thread = ? AND tag = ?')
    this.#setMetadata = prepare(
      'INSERT INTO thread_metadata (thread, key, value) VALUES (?, ?, ?) ' +
        'ON CONFLICT (thread, key) DO UPDATE SET value = excluded.value',
    )
    this.#removeMetadata = prepare('DELETE FROM thread_metadata WHERE thread = ? AND key = ?')
    this.#threadsTagged = prepare<[string], string>(
      'SELECT thread FROM thread_tag WHERE tag = ? ORDER BY thread',
    ).pluck()
    this.#threadsWith = prepare<[string, string], string>(
      'SELECT thread FROM thread_metadata WHERE key = ? AND value = ? ORDER BY thread',
    ).pluck()
    this.#removeTags = prepare('DELETE FROM thread_tag WHERE thread = ?')
    this.#removeAllMetadata = prepare('DELETE FROM thread_metadata WHERE thread = ?')
  }

  of(threadId: string): Labels {
    const entries = this.#metadata.all(threadId).map(([key, text]) => [key, JSON.parse(text) as Json])
    return { tags: this.#tags.all(threadId), metadata: Object.fromEntries(entries) as Labels['metadata'] }
  }

  /** @throws {TypeError} for a tag that is empty or no text. */
  tag(threadId: string, tags: readonly string[]): void {
    checkThreadId(threadId)
    tags.forEach(checkTag)
    for (const tag of tags) this.#addTag.run(threadId, tag)
  }

  untag(threadId: string, tags: readonly string[]): void {
    for (const tag of tags) this.#removeTag.run(threadId, tag)
  }

  /**
   * Sets these keys and leaves the others; `undefined` removes one.
   * @throws {TypeError} for a value that is no JSON data.
   */
  setMetadata(threadId: string, metadata: Readonly<Record<string, Json | undefined>>): void {
    checkThreadId(threadId)
    const texts = Object.entries(metadata).map(([key, value]) => [key, textOf(key, value)] as const)
    for (const [key, text] of texts) {
      if (text === undefined) this.#removeMetadata.run(threadId, key)
      else this.#setMetadata.run(threadId, key, text)
    }
  }

  /** Ids of the threads with this tag, sorted. */
  threadsTagged(tag: string): string[] {
    return this.#threadsTagged.all(tag)
  }

  /** Ids of the threads with this value under this key of their metadata, sorted. */
  threadsWith(key: string, value: Json): string[] {
    return this.#threadsWith.all(key, canonicalJson(value))
  }

  /** Forgets all labels of a thread. */
  deleteThread(threadId: string): void {
    this.#removeTags.run(threadId)
    this.#removeAllMetadata.run(threadId)
  }
}

function checkThreadId(threadId: unknown): void {
  if (typeof threadId === 'string' && threadId !== '') return
  throw new TypeError('The id of a thread must be a text that is not empty.')
}

function checkTag(tag: unknown): void {
  if (typeof tag === 'string' && tag !== '') return
  throw new TypeError('A tag must be a text that is not empty.')
}

function textOf(key: string, value: Json | undefined): string | undefined {
  try {
    return value === undefined ? undefined : canonicalJson(value)
  } catch (cause) {
    throw new TypeError(`The metadata "${key}" cannot be kept. ${(cause as Error).message}`, { cause })
  }
}
