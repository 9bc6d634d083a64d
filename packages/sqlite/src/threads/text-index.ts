import { createHash } from 'node:crypto'
import type { Database, Statement } from 'better-sqlite3'
import type { TextPiece } from './text-of-values.ts'

/** The words of threads, in pieces that are told by their digest: what stays is not indexed again. */
export class TextIndex {
  readonly #select: Statement<[number], { id: number; channel: string; digest: Buffer }>
  readonly #insert: Statement<[number, string, Buffer]>
  readonly #insertWords: Statement<[number | bigint, string]>
  readonly #delete: Statement<[number]>
  readonly #deleteWords: Statement<[number]>

  constructor(database: Database) {
    this.#select = database.prepare('SELECT id, channel, digest FROM thread_text WHERE thread = ?')
    this.#insert = database.prepare('INSERT INTO thread_text (thread, channel, digest) VALUES (?, ?, ?)')
    this.#insertWords = database.prepare('INSERT INTO thread_words (rowid, text) VALUES (?, ?)')
    this.#delete = database.prepare('DELETE FROM thread_text WHERE id = ?')
    this.#deleteWords = database.prepare('DELETE FROM thread_words WHERE rowid = ?')
  }

  /** Makes these the pieces of the thread. Within a transaction. */
  set(thread: number, pieces: readonly TextPiece[]): void {
    const wanted = new Map(pieces.map((piece) => [keyOf(piece.channel, digestOf(piece.text)), piece]))
    for (const { id, channel, digest } of this.#select.all(thread)) {
      if (wanted.delete(keyOf(channel, digest))) continue
      this.#deleteWords.run(id)
      this.#delete.run(id)
    }
    for (const { channel, text } of wanted.values()) {
      const { lastInsertRowid } = this.#insert.run(thread, channel, digestOf(text))
      this.#insertWords.run(lastInsertRowid, text)
    }
  }
}

/** Short: that two texts of one channel of one thread have the same is not to be expected. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest().subarray(0, 12)
}

function keyOf(channel: string, digest: Buffer): string {
  return `${digest.toString('hex')} ${channel}`
}
