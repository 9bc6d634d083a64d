import type { Database, Statement } from 'better-sqlite3'

/** `value.format`: the text of a codec as it is. Others are kept free for values in parts, ciphers, checksums. */
const plainText = 0

/** Values that are too long for the entry that uses them, each once, however many checkpoints hold it. */
export class ValueTable {
  readonly #insert: Statement<[number, number, string]>
  readonly #select: Statement<[number], { format: number; data: unknown }>
  readonly #deleteOfLine: Statement<[number]>

  constructor(database: Database) {
    this.#insert = database.prepare('INSERT INTO value (line, format, data) VALUES (?, ?, ?)')
    this.#select = database.prepare('SELECT format, data FROM value WHERE id = ?')
    this.#deleteOfLine = database.prepare('DELETE FROM value WHERE line = ?')
  }

  insert(line: number, text: string): number {
    return Number(this.#insert.run(line, plainText, text).lastInsertRowid)
  }

  /** `undefined` when there is no such row, or none that this release can read. */
  read(id: number): string | undefined {
    const row = this.#select.get(id)
    return row?.format === plainText && typeof row.data === 'string' ? row.data : undefined
  }

  deleteOfLine(line: number): void {
    this.#deleteOfLine.run(line)
  }
}
