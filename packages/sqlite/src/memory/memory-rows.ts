import type { Database, Statement } from 'better-sqlite3'
import type { RowCipher } from '../encryption/row-cipher.ts'
import { closeText, openText } from './item-text.ts'
import { type ItemRow, itemColumns } from './memory-tables.ts'
import { type StoredVector, closeVector, openVector } from './memory-vectors.ts'

export interface VectorRow extends StoredVector {
  readonly id: number
  readonly item: number
}

/** All rows of all memories in a file, for those who go through them. */
export class MemoryRows {
  readonly #path: string
  readonly #cipher: RowCipher
  readonly #items: Statement<[number, number], ItemRow>
  readonly #vectors: Statement<[number, number], VectorRow>
  readonly #setItem: Statement<[number | null, number, string | Uint8Array, number]>
  readonly #setVector: Statement<[number | null, number, Uint8Array, number]>
  readonly #deleteVectors: Statement<[number]>

  /** @param path the file, for errors */
  constructor(path: string, database: Database, cipher: RowCipher) {
    this.#path = path
    this.#cipher = cipher
    this.#items = database.prepare(
      `SELECT ${itemColumns} FROM memory_item i JOIN memory_namespace n ON n.id = i.namespace
         WHERE i.id > ? ORDER BY i.id LIMIT ?`,
    )
    this.#vectors = database.prepare(
      'SELECT id, item, cipher, sum, data FROM memory_vector WHERE id > ? ORDER BY id LIMIT ?',
    )
    this.#setItem = database.prepare('UPDATE memory_item SET cipher = ?, sum = ?, data = ? WHERE id = ?')
    this.#setVector = database.prepare('UPDATE memory_vector SET cipher = ?, sum = ?, data = ? WHERE id = ?')
    this.#deleteVectors = database.prepare('DELETE FROM memory_vector WHERE item = ?')
  }

  /** Up to so many items behind this row. */
  items(after: number, most: number): ItemRow[] {
    return this.#items.all(after, most)
  }

  /** Up to so many vectors behind this row. */
  vectors(after: number, most: number): VectorRow[] {
    return this.#vectors.all(after, most)
  }

  /** @throws {StoreError} when it cannot be read */
  textOf(item: ItemRow): string {
    return openText(this.#cipher, item, this.#path)
  }

  /** Writes the text of an item, with the current key. */
  setText(item: ItemRow, text: string): void {
    const { cipher, sum, data } = closeText(this.#cipher, text, item)
    this.#setItem.run(cipher, sum, data, item.id)
  }

  /** Writes a vector anew, with the current key. */
  rewriteVector(row: VectorRow): void {
    const vector = openVector(this.#cipher, row, row.item)
    const { cipher, sum, data } = closeVector(this.#cipher, vector, row.item)
    this.#setVector.run(cipher, sum, data, row.id)
  }

  deleteVectors(item: ItemRow): void {
    this.#deleteVectors.run(item.id)
  }
}
